import type { ProviderStage } from './providers.ts'

/** What a request costs, in the units that providers charge by. */
export interface Amounts {
  requests: number
  /** Of speech: sent to be recognised, or made. */
  audioSeconds: number
  /** Of text that was given to be spoken. */
  characters: number
  inputTokens: number
  outputTokens: number
}

/** Whom a request went to. */
export interface Source {
  stage: ProviderStage
  /** The host of its server; `local` for the local speech server. */
  provider: string
  model: string
}

/** One request and what it has cost so far. */
export interface Use extends Source, Amounts {}

/** Told of the requests that are made on somebody's behalf. */
export interface UsageMeter {
  /** A request is made; its amounts grow until `end`. */
  begin (use: Use): void
  end (use: Use): void
}

/** What one provider's model was used for; amounts that its stage does not have are left out. */
export type UsageRow = Source & Pick<Amounts, 'requests'> & Partial<Amounts>

const AMOUNTS = ['requests', 'audioSeconds', 'characters', 'inputTokens', 'outputTokens'] as const

/** The amounts of a use that are not zero. */
export const amountsOf = (use: Amounts): Array<[keyof Amounts, number]> =>
  AMOUNTS.flatMap((unit) => use[unit] > 0 ? [[unit, use[unit]]] : [])

/** Adds up what one call, or one answer in writing, uses. Requests that are still open count with what they have cost so far. */
export class CallUsage implements UsageMeter {
  readonly #totals = new Map<string, Use>()
  readonly #open = new Set<Use>()

  /** @param before of a call that is resumed */
  constructor (before: readonly UsageRow[] = []) {
    for (const row of before) add(this.#totals, { ...NOTHING, ...row })
  }

  begin (use: Use): void {
    this.#open.add(use)
  }

  end (use: Use): void {
    if (this.#open.delete(use)) add(this.#totals, use)
  }

  get rows (): UsageRow[] {
    const totals = new Map([...this.#totals].map(([key, use]) => [key, { ...use }]))
    for (const use of this.#open) add(totals, use)
    return [...totals.values()].filter(({ requests }) => requests > 0).map(({ stage, provider, model, requests, audioSeconds, ...rest }) => ({
      stage,
      provider,
      model,
      ...Object.fromEntries(amountsOf({ ...rest, requests, audioSeconds: Math.round(audioSeconds * 1000) / 1000 })),
      requests
    }))
  }
}

export const NOTHING: Amounts = { requests: 0, audioSeconds: 0, characters: 0, inputTokens: 0, outputTokens: 0 }

function add (totals: Map<string, Use>, use: Use): void {
  const key = JSON.stringify([use.stage, use.provider, use.model])
  const total = totals.get(key)
  if (total === undefined) totals.set(key, { ...use })
  else for (const unit of AMOUNTS) total[unit] += use[unit]
}
