import { DEFAULT_TURN_TAKING } from '../../../../call/turn-taking-defaults.ts'
import type { Agent } from '../../api/types.ts'

type Settings = NonNullable<Agent['turnTaking']>
type Waits = NonNullable<Settings['waitMs']>

/** What is a number, and can be left to the default. */
export const TIMES = ['bargeInMs', 'minSpeechMs', 'retractMs', 'idleMs', 'maxCallMs', 'speculateAfterMs'] as const satisfies ReadonlyArray<keyof Settings>
export const SHARES = ['startThreshold', 'endThreshold', 'requestsPerSpeechSecond'] as const satisfies ReadonlyArray<keyof Settings>
export const WAITS = ['finished', 'short-answer', 'unclear', 'hanging', 'dictating', 'filler'] as const satisfies ReadonlyArray<keyof Waits>

type NumberPath = typeof TIMES[number] | typeof SHARES[number] | `waitMs.${typeof WAITS[number]}`

/** How an agent takes turns, as texts under the names that the API's messages have; empty: the default. */
export type TurnTakingValues = Record<`turnTaking.${NumberPath}`, string> & { 'turnTaking.speculate': '' | 'on' | 'off' }

const text = (value: number | undefined): string => value === undefined ? '' : String(value)

export const turnTakingValuesOf = (settings: Settings = {}): TurnTakingValues => {
  const { waitMs = {}, speculate } = settings
  return {
    'turnTaking.bargeInMs': text(settings.bargeInMs),
    'turnTaking.minSpeechMs': text(settings.minSpeechMs),
    'turnTaking.retractMs': text(settings.retractMs),
    'turnTaking.idleMs': text(settings.idleMs),
    'turnTaking.maxCallMs': text(settings.maxCallMs),
    'turnTaking.speculateAfterMs': text(settings.speculateAfterMs),
    'turnTaking.startThreshold': text(settings.startThreshold),
    'turnTaking.endThreshold': text(settings.endThreshold),
    'turnTaking.requestsPerSpeechSecond': text(settings.requestsPerSpeechSecond),
    'turnTaking.waitMs.finished': text(waitMs.finished),
    'turnTaking.waitMs.short-answer': text(waitMs['short-answer']),
    'turnTaking.waitMs.unclear': text(waitMs.unclear),
    'turnTaking.waitMs.hanging': text(waitMs.hanging),
    'turnTaking.waitMs.dictating': text(waitMs.dictating),
    'turnTaking.waitMs.filler': text(waitMs.filler),
    'turnTaking.speculate': speculate === undefined ? '' : speculate ? 'on' : 'off'
  }
}

/** What differs from the defaults by its owner's will; undefined: nothing. */
export const turnTakingOf = (values: TurnTakingValues): Settings | undefined => {
  const settings: Settings = {}
  const waitMs: Waits = {}
  for (const name of [...TIMES, ...SHARES]) if (values[`turnTaking.${name}`].trim() !== '') settings[name] = Number(values[`turnTaking.${name}`])
  for (const name of WAITS) if (values[`turnTaking.waitMs.${name}`].trim() !== '') waitMs[name] = Number(values[`turnTaking.waitMs.${name}`])
  if (Object.keys(waitMs).length > 0) settings.waitMs = waitMs
  if (values['turnTaking.speculate'] !== '') settings.speculate = values['turnTaking.speculate'] === 'on'
  return Object.keys(settings).length > 0 ? settings : undefined
}

/** The default of a number, to be shown where nothing is given. */
export const defaultOf = (path: NumberPath): string => {
  const wait = WAITS.find((name) => path === `waitMs.${name}`)
  if (wait !== undefined) return String(DEFAULT_TURN_TAKING.waitMs[wait])
  const name = [...TIMES, ...SHARES].find((one) => one === path)
  return name === undefined ? '' : String(DEFAULT_TURN_TAKING[name])
}
