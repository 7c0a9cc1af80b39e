import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { StatisticsQuery } from './call-statistics.ts'
import type { Database, Filter, Index } from './collection.ts'
import { createId } from './id.ts'
import { incomingMessages, type IncomingMessages } from './incoming-messages.ts'
import { outgoingMessages, type OutgoingMessages } from './outgoing-messages.ts'
import { asRecord, defined, OWNED_INDEXES, type OwnedStore } from './owned-store.ts'
import { findPage, type ListQuery, type Page } from './page.ts'
import { Id, IsDeleted, oneOf, recordSchema, type StoreFilled } from './record.ts'
import { sumUsage, UsageSchema, type UsageSums } from './usage.ts'

export const MessageSchema = recordSchema({
  messageSid: Type.String({ minLength: 1, maxLength: 64, description: 'Twilio\'s; of an outgoing message that Twilio has not taken yet, pending_ and a number' }),
  fromNumber: Type.String({ minLength: 1, maxLength: 64, description: 'Who wrote' }),
  toNumber: Type.String({ minLength: 1, maxLength: 64, description: 'To whom' }),
  body: Type.String({ maxLength: 20_000, description: 'The text' }),
  agentId: Type.Optional({ ...Id, description: 'The agent that wrote or answered it' }),
  direction: Type.Optional(oneOf(['incoming', 'outgoing'], { description: 'Whether it was written to our number or by it' })),
  status: Type.Optional(oneOf(['received', 'queued', 'sending', 'sent', 'failed', 'undelivered', 'delivered', 'read'], { description: 'As Twilio last told' })),
  errorCode: Type.Optional(Type.Integer({ description: 'Twilio\'s, of a message that failed or was not delivered' })),
  failure: Type.Optional(Type.String({ maxLength: 1_000, description: 'Why it failed, for a person' })),
  media: Type.Optional(Type.Array(Type.Object({
    contentType: Type.String({ maxLength: 200, description: 'MIME type' }),
    url: Type.String({ maxLength: 2_000, description: 'At Twilio, which asks for the account\'s credentials' })
  }, { additionalProperties: false }), { maxItems: 10, description: 'Pictures and other files that came with it' })),
  isDeleted: Type.Optional({ ...IsDeleted, description: 'Removed by its owner: in no list, thread and answer, but in an export' }),
  usage: Type.Optional(Type.Array(UsageSchema, { description: 'Of an incoming message: what the model was used for to answer it' })),
  unanswered: Type.Optional(Type.String({ maxLength: 100, description: 'Why an agent did not answer an incoming message: a code such as opted_out or loop' }))
})
export type MessageRecord = Static<typeof MessageSchema>

export type NewMessage = Omit<MessageRecord, StoreFilled>

/** What the store keeps to itself of a message, for those who answer and send it. Times that are looked for are numbers: nedb keeps no Date in a sparse index. */
export interface MessageWork {
  /** Of an outgoing message that must be made once: two with the same key are one. */
  key?: string
  /** Of an outgoing message that Twilio may not have: until then it is one worker's, after that anybody's. */
  sendAtMs?: number
  /** Since then Twilio may have the message: only its list of messages tells. */
  askedAt?: Date
  /** Of an incoming message that waits for an answer, likewise. */
  answerAtMs?: number
  /** How often somebody has begun to answer it. */
  attempts?: number
  /** A tool may have run for an answer that was not finished. */
  toolsRan?: boolean
  /** The answer, once it is known: the texts to send, in order. */
  answer?: string[]
}
export type KeptMessage = MessageRecord & MessageWork

/** All that was written between two numbers, in both directions. */
export interface MessageThread {
  /** The last message's. */
  _id: string
  created_at: Date
  lastMessage: MessageRecord
  count: number
  /** The last message that came in, if it is known which way they went. */
  lastIncomingAt?: Date
}

export interface MessageStore extends Pick<OwnedStore<MessageRecord, NewMessage>, 'find' | 'list'>, IncomingMessages, OutgoingMessages {
  /** Stores a message once: a second one with the same messageSid answers the first and `created: false`. */
  create (userId: string, message: NewMessage, work?: MessageWork): Promise<{ message: KeptMessage, created: boolean }>
  /** Removes a message from lists and answers, and from what agents remember; false when there is no such message. @throws EarshotError `conflict` for one that is being sent or answered */
  remove (userId: string, id: string): Promise<boolean>
  /** Takes a removal back. Undefined: no such removed message. */
  restore (userId: string, id: string): Promise<MessageRecord | undefined>
  /** The conversations, each with its last message; that one's time and id order and page them, the latest first. */
  threads (userId: string, query?: Pick<ListQuery, 'limit' | 'cursor'>): Promise<Page<MessageThread>>
  /** What answering the messages of a time has used, those of removed ones too. */
  usage (userId: string, query: Omit<StatisticsQuery, 'timeZone'>): Promise<UsageSums[]>
  /** The latest messages between a user's number and another one since an instant, the newest first. */
  latest (userId: string, number: string, otherNumber: string, since: Date, limit: number): Promise<MessageRecord[]>
}

const NEWEST_FIRST = { created_at: -1, _id: -1 } as const

/** The same for both directions of a conversation. */
const NUMBER_PAIR = { $cond: [{ $lt: ['$fromNumber', '$toNumber'] }, { $concat: ['$fromNumber', ' ', '$toNumber'] }, { $concat: ['$toNumber', ' ', '$fromNumber'] }] }

const INDEXES: readonly Index[] = [
  ...OWNED_INDEXES,
  { fields: ['messageSid'], unique: true },
  { fields: ['userId', 'fromNumber', 'toNumber', 'created_at'] },
  { fields: ['fromNumber'] },
  { fields: ['toNumber'] },
  { fields: ['key'], unique: true, sparse: true },
  { fields: ['sendAtMs'], sparse: true },
  { fields: ['answerAtMs'], sparse: true }
]

/** Few are removed, and older records have no such field. */
const NOT_REMOVED: Filter = { isDeleted: { $ne: true } }

const newestFirst = (a: MessageRecord, b: MessageRecord): number => b.created_at.getTime() - a.created_at.getTime() || (a._id < b._id ? 1 : -1)

const asMessage = (kept: KeptMessage): MessageRecord => asRecord<MessageRecord>(MessageSchema, kept)

export const openMessages = async (database: Database, clock: Clock): Promise<MessageStore> => {
  const collection = await database.collection<KeptMessage>('messages', INDEXES)

  const create: MessageStore['create'] = async (userId, fields, work = {}) => {
    const now = new Date(clock.now())
    const message: KeptMessage = defined({ ...fields, ...work, _id: createId(clock.now()), userId, created_at: now, updated_at: now })
    try {
      await collection.insertOne(message)
      return { message, created: true }
    } catch (error) {
      const same = work.key === undefined ? { messageSid: fields.messageSid } : { key: work.key }
      const stored = error instanceof EarshotError && error.code === 'duplicate' ? await collection.findOne(same) : undefined
      if (stored === undefined) throw error
      return { message: stored, created: false }
    }
  }

  return {
    create,
    async find (userId, id) {
      const kept = await collection.findOne({ _id: id, userId, ...NOT_REMOVED })
      return kept && asMessage(kept)
    },
    async remove (userId, id) {
      const mine: Filter = { _id: id, userId, ...NOT_REMOVED }
      const done: Filter = { sendAtMs: { $exists: false }, answerAtMs: { $exists: false } }
      if (await collection.updateOne({ ...mine, ...done }, { $set: { isDeleted: true, updated_at: new Date(clock.now()) } }) === 1) return true
      if (await collection.findOne(mine) === undefined) return false
      throw new EarshotError('conflict', 'This message is still being sent or answered.')
    },
    async restore (userId, id) {
      const kept = await collection.findOneAndUpdate({ _id: id, userId, isDeleted: true }, { $unset: { isDeleted: true }, $set: { updated_at: new Date(clock.now()) } })
      return kept && asMessage(kept)
    },
    async list (userId, query = {}) {
      const { items, ...rest } = await findPage(collection, { userId, ...NOT_REMOVED }, query)
      return { items: items.map(asMessage), ...rest }
    },
    async threads (userId, query = {}) {
      const { items, ...rest } = await findPage({
        find: async (filter, { limit = 0, sort = {} } = {}) => await collection.aggregate<MessageThread & { lastMessage: KeptMessage }>([
          { $match: { userId, ...NOT_REMOVED } },
          { $sort: NEWEST_FIRST },
          { $group: { _id: NUMBER_PAIR, count: { $sum: 1 }, lastMessage: { $first: '$$ROOT' }, lastIncomingAt: { $max: { $cond: [{ $eq: ['$direction', 'incoming'] }, '$created_at', null] } } } },
          { $project: { _id: '$lastMessage._id', created_at: '$lastMessage.created_at', count: 1, lastMessage: 1, lastIncomingAt: 1 } },
          { $match: filter },
          { $sort: sort },
          { $limit: limit }
        ])
      }, {}, query)
      return { items: items.map(({ lastMessage, lastIncomingAt, ...thread }) => ({ ...thread, lastMessage: asMessage(lastMessage), ...(lastIncomingAt instanceof Date ? { lastIncomingAt } : {}) })), ...rest }
    },
    async usage (userId, { from, to, agentId, number }) {
      return await sumUsage(collection, {
        userId,
        created_at: { $gte: from, $lt: to },
        usage: { $exists: true },
        ...(agentId !== undefined && { agentId }),
        ...(number !== undefined && { $or: [{ fromNumber: number }, { toNumber: number }] })
      })
    },
    async latest (userId, number, otherNumber, since, limit) {
      // Two questions, not one with $or, for which nedb has no index; it takes that of the last field.
      const options = { sort: NEWEST_FIRST, limit }
      const [sent, received] = await Promise.all([
        collection.find({ userId, ...NOT_REMOVED, created_at: { $gte: since }, fromNumber: number, toNumber: otherNumber }, options),
        collection.find({ userId, ...NOT_REMOVED, created_at: { $gte: since }, toNumber: number, fromNumber: otherNumber }, options)
      ])
      return [...sent, ...received].sort(newestFirst).slice(0, limit).map(asMessage)
    },
    ...incomingMessages(collection, clock, create),
    ...outgoingMessages(collection, clock, create)
  }
}
