import { Type, type Static } from 'typebox'
import type { Collection, Document, Filter, Pipeline } from './collection.ts'
import { oneOf } from './record.ts'

/** What one provider's model was used for; amounts that its stage does not have are left out. */
export const UsageSchema = Type.Object({
  stage: oneOf(['stt', 'llm', 'tts']),
  provider: Type.String({ maxLength: 300, description: 'The host of its server; local for the local speech server' }),
  model: Type.String({ maxLength: 300 }),
  requests: Type.Integer({ minimum: 0 }),
  audioSeconds: Type.Optional(Type.Number({ minimum: 0, description: 'Of speech: sent to be recognised, or made' })),
  characters: Type.Optional(Type.Number({ minimum: 0, description: 'Of text given to be spoken' })),
  inputTokens: Type.Optional(Type.Number({ minimum: 0, description: 'Of a request that was aborted, estimated' })),
  outputTokens: Type.Optional(Type.Number({ minimum: 0 }))
}, { additionalProperties: false })
export type Usage = Static<typeof UsageSchema>

const AMOUNTS = ['requests', 'audioSeconds', 'characters', 'inputTokens', 'outputTokens'] as const

/** What documents with a `usage` come to, by stage, provider and model. */
export type UsageSums = { _id: Pick<Usage, 'stage' | 'provider' | 'model'> } & Record<typeof AMOUNTS[number], number>

/** Sums them up in a database. */
export const USAGE_PIPELINE: Pipeline = [
  { $unwind: '$usage' },
  { $group: { _id: { stage: '$usage.stage', provider: '$usage.provider', model: '$usage.model' }, ...Object.fromEntries(AMOUNTS.map((unit) => [unit, { $sum: `$usage.${unit}` }])) } }
]

/** Adds a document's usage, or other sums, to the sums. */
export function addUsage (sums: UsageSums[], usage: ReadonlyArray<Usage | UsageSums>): void {
  for (const use of usage) {
    const { stage, provider, model } = '_id' in use ? use._id : use
    let row = sums.find(({ _id }) => _id.stage === stage && _id.provider === provider && _id.model === model)
    if (row === undefined) sums.push(row = { _id: { stage, provider, model }, requests: 0, audioSeconds: 0, characters: 0, inputTokens: 0, outputTokens: 0 })
    for (const unit of AMOUNTS) row[unit] += use[unit] ?? 0
  }
}

/** What the documents that match a filter come to. */
export async function sumUsage<D extends Document & { usage?: Usage[] | undefined }> (collection: Pick<Collection<D>, 'reduce'>, filter: Filter): Promise<UsageSums[]> {
  const { sums } = await collection.reduce<{ sums: UsageSums[] }>(filter, {
    pipeline: [{ $facet: { sums: USAGE_PIPELINE } }],
    start: () => ({ sums: [] }),
    add: ({ sums }, { usage = [] }) => addUsage(sums, usage)
  })
  return sums
}
