import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { Database } from './collection.ts'
import { asRecord, OWNED_INDEXES, ownedStore, type OwnedStore } from './owned-store.ts'
import { E164, IsDeleted, oneOf, recordSchema, type StoreFilled } from './record.ts'
import { renewEnvelopes } from './renew-envelopes.ts'
import type { Secrets } from './secrets.ts'

const ModelName = Type.String({ minLength: 1, maxLength: 200 })

export const AgentSchema = recordSchema({
  name: Type.String({ minLength: 1, maxLength: 200, description: 'What its owner calls it' }),
  phoneNumber: { ...E164, description: 'A registered phone of the same user' },
  direction: oneOf(['incoming', 'outgoing'], { description: 'Whether it answers calls to its number, or makes calls from it' }),
  sttModel: { ...ModelName, description: 'Model that hears the caller' },
  inferenceModel: { ...ModelName, description: 'Language model that decides what to say' },
  ttsModel: { ...ModelName, description: 'Model that speaks' },
  ttsVoice: { ...ModelName, description: 'Voice of that model' },
  systemPrompt: Type.String({ maxLength: 50_000, description: 'The first message to the language model' }),
  greeting: Type.String({ maxLength: 2_000, description: 'Empty: a default greeting is spoken' }),
  temperature: Type.Number({ minimum: 0, maximum: 2, description: 'Of the language model' }),
  maxTokens: Type.Integer({ minimum: 1, maximum: 100_000, description: 'The longest reply' }),
  active: Type.Boolean({ description: 'Off: it takes no calls' }),
  isDeleted: IsDeleted,
  language: Type.Optional(Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', description: 'BCP 47, such as en or pt-BR; left out: the recogniser decides' })),
  tools: Type.Optional(Type.Array(Type.Record(Type.String(), Type.Unknown()), { maxItems: 64, description: 'What the agent may do, beside speaking. The values of headers are encrypted' })),
  turnTaking: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Settings of the turn-taking engine that differ from its defaults' })),
  detectMachines: Type.Optional(Type.Boolean({ description: 'Whether Twilio finds out if a machine answers calls that are placed, at its price; left out: it does' })),
  voicemailAction: Type.Optional(oneOf(['leave_message', 'hang_up', 'continue'], { description: 'When a machine answers; left out: a voicemailMessage is left, and without one the call ends' })),
  voicemailMessage: Type.Optional(Type.String({ maxLength: 2_000, description: 'Said to a machine after its beep; left out or empty: a request to call back' })),
  recordTape: Type.Optional(Type.Boolean({ description: 'Keep a tape of every call for replay' })),
  recordAudio: Type.Optional(Type.Boolean({ description: 'Record both sides of every call' })),
  recordingNotice: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000, description: 'Spoken before the greeting, such as "This call is recorded."' })),
  smsReplies: Type.Optional(Type.Boolean({ description: 'Whether it answers text messages to its number; left out: it does' }))
})
export type AgentRecord = Static<typeof AgentSchema>

type AgentTools = NonNullable<AgentRecord['tools']>

/** An agent as it is given: with the values of its tools' headers in clear, which are encrypted before they are stored. */
export type NewAgent = Omit<AgentRecord, StoreFilled>

export interface AgentStore extends OwnedStore<AgentRecord, NewAgent> {
  /** The one agent that answers calls to a number. */
  findActiveIncoming (phoneNumber: string): Promise<AgentRecord | undefined>
  /** An agent of whatever owner, for a call that names it. Not for requests of users. */
  findAny (agentId: string): Promise<AgentRecord | undefined>
  /** Agents of whatever owner that may get or make a call, the last changed first. Not for requests of users. */
  listActive (limit: number): Promise<AgentRecord[]>
  /** The only way to an agent's tools with the values of their headers in clear. @throws EarshotError `internal` when one does not open */
  decryptTools (agent: AgentRecord): AgentTools | undefined
}

/** A number has at most one agent that answers it. */
const INDEXES = [...OWNED_INDEXES, { fields: ['answered_number'], unique: true, sparse: true }]

/** The same tools with other values in their headers. */
export const mapHeaders = (tools: AgentTools, change: (value: string, name: string, tool: AgentTools[number]) => string): AgentTools =>
  tools.map((tool) => {
    const { headers } = tool
    if (typeof headers !== 'object' || headers === null) return tool
    return { ...tool, headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, change(String(value), name, tool)])) }
  })

/** What an envelope in a user's agents is bound to. */
const contextOf = (userId: string): string => `tools of ${userId}`

export const openAgents = async (database: Database, clock: Clock, secrets: Secrets): Promise<AgentStore> => {
  const collection = await database.collection<AgentRecord & { revision: number }>('agents', INDEXES)
  const found = async (agent: Promise<AgentRecord | undefined>) => {
    const kept = await agent
    return kept && asRecord<AgentRecord>(AgentSchema, kept)
  }
  const encrypted = <Fields extends { tools?: AgentTools | undefined }> (userId: string, fields: Fields): Fields =>
    fields.tools === undefined ? fields : { ...fields, tools: mapHeaders(fields.tools, (value) => secrets.encrypt(value, contextOf(userId))) }
  secrets.keptIn('agents', () => renewEnvelopes(collection, ({ userId, tools }) => tools === undefined ? {} : { tools: mapHeaders(tools, (value) => secrets.renew(value, contextOf(userId))) }))
  const store = ownedStore<AgentRecord, NewAgent>(collection, clock, {
    schema: AgentSchema,
    complete: (fields) => fields,
    uniqueKeys: ({ active, direction, phoneNumber }) => ({ answered_number: active && direction === 'incoming' ? phoneNumber : undefined }),
    duplicate: { field: 'phoneNumber', message: 'This phone number has an active incoming agent already.' }
  })
  return {
    ...store,
    create: (userId, fields) => store.create(userId, encrypted(userId, fields)),
    update: (userId, id, fields, only) => store.update(userId, id, encrypted(userId, fields), only),
    findActiveIncoming: (phoneNumber) => found(collection.findOne({ answered_number: phoneNumber, isDeleted: false })),
    findAny: (agentId) => found(collection.findOne({ _id: agentId, isDeleted: false })),
    listActive: async (limit) => (await collection.find({ active: true, isDeleted: false }, { sort: { updated_at: -1 }, limit })).map((agent) => asRecord<AgentRecord>(AgentSchema, agent)),
    decryptTools: ({ userId, tools }) => tools && mapHeaders(tools, (value) => secrets.decrypt(value, contextOf(userId)))
  }
}
