import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Database } from './collection.ts'
import { createId } from './id.ts'
import { defined, OWNED_INDEXES, type OwnedStore } from './owned-store.ts'
import { findPage } from './page.ts'
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

export interface MessageStore extends Pick<OwnedStore<MessageRecord, NewMessage>, 'find' | 'list'> {
  /** Stores a message once: a second one with the same messageSid answers the first and `created: false`. */
  create (userId: string, message: NewMessage): Promise<{ message: MessageRecord, created: boolean }>
}

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
    list: (userId, query = {}) => findPage(collection, { userId }, query)
  }
}
