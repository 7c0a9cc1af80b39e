import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { Database } from './collection.ts'
import { asRecord, OWNED_INDEXES, ownedStore, type OwnedStore } from './owned-store.ts'
import { E164, oneOf, recordSchema, type StoreFilled } from './record.ts'

const ModelName = Type.String({ minLength: 1, maxLength: 200 })

const Milliseconds = Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400_000 }))
const Probability = Type.Optional(Type.Number({ minimum: 0, maximum: 1 }))
const WaitMs = Type.Integer({ minimum: 0, maximum: 10_000 })

/** What an agent has other than the turn-taking engine's defaults; there the settings are explained. */
const TurnTakingSchema = Type.Object({
  startThreshold: Probability,
  endThreshold: Probability,
  minSpeechMs: Milliseconds,
  bargeInMs: Milliseconds,
  speculateAfterMs: Milliseconds,
  speculate: Type.Optional(Type.Boolean()),
  requestsPerSpeechSecond: Type.Optional(Type.Number({ minimum: 0, maximum: 10 })),
  waitMs: Type.Optional(Type.Object({ finished: WaitMs, 'short-answer': WaitMs, unclear: WaitMs, hanging: WaitMs, dictating: WaitMs, filler: WaitMs }, { additionalProperties: false })),
  retractMs: Milliseconds,
  idleMs: Milliseconds,
  maxCallMs: Milliseconds
}, { additionalProperties: false, description: 'Settings of the turn-taking engine that differ from its defaults' })

export const AgentSchema = recordSchema({
  name: Type.String({ minLength: 1, maxLength: 200 }),
  phoneNumber: E164,
  direction: oneOf(['incoming', 'outgoing']),
  sttModel: ModelName,
  inferenceModel: ModelName,
  ttsModel: ModelName,
  ttsVoice: ModelName,
  systemPrompt: Type.String({ maxLength: 50_000 }),
  greeting: Type.String({ maxLength: 2_000, description: 'Empty: a default greeting is spoken' }),
  temperature: Type.Number({ minimum: 0, maximum: 2 }),
  maxTokens: Type.Integer({ minimum: 1, maximum: 100_000 }),
  active: Type.Boolean(),
  isDeleted: Type.Boolean(),
  language: Type.Optional(Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', description: 'BCP 47, such as en or pt-BR; left out: the recogniser decides' })),
  tools: Type.Optional(Type.Array(Type.Record(Type.String(), Type.Unknown()), { maxItems: 64, description: 'What the agent may do, beside speaking' })),
  turnTaking: Type.Optional(TurnTakingSchema),
  recordTape: Type.Optional(Type.Boolean({ description: 'Keep a tape of every call for replay' }))
})
export type AgentRecord = Static<typeof AgentSchema>

export type NewAgent = Omit<AgentRecord, StoreFilled>

export interface AgentStore extends OwnedStore<AgentRecord, NewAgent> {
  /** The one agent that answers calls to a number. */
  findActiveIncoming (phoneNumber: string): Promise<AgentRecord | undefined>
  /** An agent of whatever owner, for a call that names it. Not for requests of users. */
  findAny (agentId: string): Promise<AgentRecord | undefined>
  /** Agents of whatever owner that may get or make a call, the last changed first. Not for requests of users. */
  listActive (limit: number): Promise<AgentRecord[]>
}

/** A number has at most one agent that answers it. */
const INDEXES = [...OWNED_INDEXES, { fields: ['answered_number'], unique: true, sparse: true }]

export const openAgents = async (database: Database, clock: Clock): Promise<AgentStore> => {
  const collection = await database.collection<AgentRecord & { revision: number }>('agents', INDEXES)
  const found = async (agent: Promise<AgentRecord | undefined>) => {
    const kept = await agent
    return kept && asRecord<AgentRecord>(AgentSchema, kept)
  }
  return {
    ...ownedStore<AgentRecord, NewAgent>(collection, clock, {
      schema: AgentSchema,
      complete: (fields) => fields,
      uniqueKeys: ({ active, direction, phoneNumber }) => ({ answered_number: active && direction === 'incoming' ? phoneNumber : undefined }),
      duplicate: { field: 'phoneNumber', message: 'This phone number has an active incoming agent already.' }
    }),
    findActiveIncoming: (phoneNumber) => found(collection.findOne({ answered_number: phoneNumber, isDeleted: false })),
    findAny: (agentId) => found(collection.findOne({ _id: agentId, isDeleted: false })),
    listActive: async (limit) => (await collection.find({ active: true, isDeleted: false }, { sort: { updated_at: -1 }, limit })).map((agent) => asRecord<AgentRecord>(AgentSchema, agent))
  }
}
