import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Database } from './collection.ts'
import { createId } from './id.ts'
import { defined, OWNED_INDEXES, type OwnedStore } from './owned-store.ts'
import { findPage, type ListQuery, type Page } from './page.ts'
import { Id, recordSchema, type StoreFilled } from './record.ts'

export const MessageSchema = recordSchema({
  messageSid: Type.String({ minLength: 1, maxLength: 64 }),
  fromNumber: Type.String({ minLength: 1, maxLength: 64 }),
  toNumber: Type.String({ minLength: 1, maxLength: 64 }),
  body: Type.String({ maxLength: 20_000 }),
  agentId: Type.Optional(Id)
})
export type MessageRecord = Static<typeof MessageSchema>

export type NewMessage = Omit<MessageRecord, StoreFilled>

/** All that was written between two numbers, in both directions. */
export interface MessageThread {
  /** The last message's. */
  _id: string
  created_at: Date
  lastMessage: MessageRecord
  count: number
}

export interface MessageStore extends Pick<OwnedStore<MessageRecord, NewMessage>, 'find' | 'list'> {
  /** Stores a message once: a second one with the same messageSid answers the first and `created: false`. */
  create (userId: string, message: NewMessage): Promise<{ message: MessageRecord, created: boolean }>
  /** The conversations, each with its last message; that one's time and id order and page them, the latest first. */
  threads (userId: string, query?: Pick<ListQuery, 'limit' | 'cursor'>): Promise<Page<MessageThread>>
}

const NEWEST_FIRST = { created_at: -1, _id: -1 }

/** The same for both directions of a conversation. */
const NUMBER_PAIR = { $cond: [{ $lt: ['$fromNumber', '$toNumber'] }, { $concat: ['$fromNumber', ' ', '$toNumber'] }, { $concat: ['$toNumber', ' ', '$fromNumber'] }] }

const INDEXES = [...OWNED_INDEXES, { fields: ['messageSid'], unique: true }]

export const openMessages = async (database: Database, clock: Clock): Promise<MessageStore> => {
  const collection = await database.collection<MessageRecord>('messages', INDEXES)
  return {
    async create (userId, fields) {
      const now = new Date(clock.now())
      const message: MessageRecord = defined({ ...fields, _id: createId(clock.now()), userId, created_at: now, updated_at: now })
      try {
        await collection.insertOne(message)
        return { message, created: true }
      } catch (error) {
        const stored = error instanceof EarshotError && error.code === 'duplicate' ? await collection.findOne({ messageSid: fields.messageSid }) : undefined
        if (stored === undefined) throw error
        return { message: stored, created: false }
      }
    },
    find: (userId, id) => collection.findOne({ _id: id, userId }),
    list: (userId, query = {}) => findPage(collection, { userId }, query),
    threads: (userId, query = {}) => findPage({
      find: async (filter, { limit = 0, sort = {} } = {}) => await collection.aggregate<MessageThread>([
        { $match: { userId } },
        { $sort: NEWEST_FIRST },
        { $group: { _id: NUMBER_PAIR, count: { $sum: 1 }, lastMessage: { $first: '$$ROOT' } } },
        { $project: { _id: '$lastMessage._id', created_at: '$lastMessage.created_at', count: 1, lastMessage: 1 } },
        { $match: filter },
        { $sort: sort },
        { $limit: limit }
      ])
    }, {}, query)
  }
}
