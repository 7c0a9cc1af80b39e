import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Database } from './collection.ts'
import { createId, sha256 } from './id.ts'
import { asRecord, defined } from './owned-store.ts'
import { findPage, type ListQuery, type Page } from './page.ts'
import { Id, oneOf, recordSchema, Timestamp } from './record.ts'

/** One change that a user made: by whom, of what, from where; never with the values. Earshot's own collection. */
export const AuditEntrySchema = recordSchema({
  actor: Type.Object({
    type: oneOf(['session', 'api_key', 'unknown'], { description: 'A browser, a program, or somebody who could not sign in' }),
    id: Type.Optional(Id),
    name: Type.Optional(Type.String({ description: 'Of the API key, when it was used' }))
  }, { additionalProperties: false, description: 'Who did it' }),
  action: Type.String({ description: 'create, change, remove, or the last part of the address, such as login' }),
  resource: Type.String({ description: 'The first part of the address, such as agents' }),
  resourceId: Type.Optional(Type.String({ description: 'The id of what was changed' })),
  fields: Type.Array(Type.String(), { description: 'The names of the fields that were given' }),
  at: { ...Timestamp, description: 'When' },
  requestId: Type.String({ description: 'As in the log' }),
  address: Type.String({ description: 'Where the request came from' }),
  outcome: oneOf(['done', 'unknown', 'refused'], { description: 'unknown: the change was begun, and failed half-way or its process died; refused: a password was wrong' }),
  count: Type.Optional(Type.Integer({ minimum: 1, description: 'Of what was refused, how often it was tried in the hour of `at`; the address is the last one\'s' }))
})
export type AuditEntry = Static<typeof AuditEntrySchema>

export type NewAuditEntry = Omit<AuditEntry, '_id' | 'at' | 'created_at' | 'updated_at'>

export interface AuditLogStore {
  /** Answers the entry's id. */
  add (entry: NewAuditEntry): Promise<string>
  /** The change was made. @param resourceId of what it made */
  confirm (id: string, resourceId?: string): Promise<void>
  /** The change was refused: nothing happened. */
  withdraw (id: string): Promise<void>
  /** Somebody was refused. However often that is tried, it fills an entry an hour. */
  refuse (entry: Pick<NewAuditEntry, 'userId' | 'action' | 'resource' | 'requestId' | 'address'>): Promise<void>
  list (userId: string, query?: ListQuery): Promise<Page<AuditEntry>>
}

const HOUR_MS = 3_600_000

const INDEXES = [{ fields: ['userId', 'at', '_id'] }]

export const openAuditLog = async (database: Database, clock: Clock): Promise<AuditLogStore> => {
  const collection = await database.collection<AuditEntry>('audit_log', INDEXES)
  const add = async (entry: NewAuditEntry, _id = createId(clock.now())): Promise<string> => {
    const at = new Date(clock.now())
    await collection.insertOne(defined({ ...entry, _id, at, created_at: at, updated_at: at }))
    return _id
  }
  return {
    add: (entry) => add(entry),
    async refuse ({ userId, action, resource, requestId, address }) {
      const _id = sha256([userId, action, resource, Math.floor(clock.now() / HOUR_MS)].join()).slice(0, 24)
      const again = async () => await collection.updateOne({ _id }, { $inc: { count: 1 }, $set: { requestId, address, updated_at: new Date(clock.now()) } })
      if (await again() === 1) return
      try {
        await add({ userId, action, resource, requestId, address, actor: { type: 'unknown' }, fields: [], outcome: 'refused', count: 1 }, _id)
      } catch (error) {
        // At the same time somebody else was the first of the hour.
        if (!(error instanceof EarshotError && error.code === 'duplicate')) throw error
        await again()
      }
    },
    async confirm (_id, resourceId) {
      await collection.updateOne({ _id }, { $set: { outcome: 'done', updated_at: new Date(clock.now()), ...(resourceId !== undefined && { resourceId }) } })
    },
    async withdraw (_id) {
      await collection.deleteMany({ _id })
    },
    async list (userId, query = {}) {
      const { items, ...rest } = await findPage(collection, { userId }, query)
      return { items: items.map((entry) => asRecord<AuditEntry>(AuditEntrySchema, entry)), ...rest }
    }
  }
}
