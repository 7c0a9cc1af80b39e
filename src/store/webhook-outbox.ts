import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Database } from './collection.ts'
import { sha256 } from './id.ts'
import { oneOf, recordSchema, Timestamp } from './record.ts'

/**
 * Something whose owner wants to be told of it. Stored before it happens, so that whatever happens to it afterwards is told from its own record,
 * also when the process dies in between.
 */
export const OutboxSchema = recordSchema({
  kind: oneOf(['call', 'message', 'schedule'], { description: 'What it is' }),
  key: Type.String({ description: 'The call\'s or the message\'s sid, the schedule\'s id' }),
  told: Type.Integer({ description: 'Of a call: how many of its events are stored for delivery, its start among them' }),
  lookAt: Type.Unsafe<Date>({ ...Timestamp, description: 'When its record is looked at next' })
})
export type OutboxRecord = Static<typeof OutboxSchema>

export interface WebhookOutbox {
  /** Watches something, or watches it again from now on. @returns the entry's id */
  watch (userId: string, kind: OutboxRecord['kind'], key: string): Promise<string>
  /** Takes the entry that is to be looked at, the longest due or the given one; it is due again after `againMs`. */
  take (againMs: number, id?: string): Promise<OutboxRecord | undefined>
  tell (id: string, told: number): Promise<void>
  /** Ends the watching, unless it was begun again since the entry was taken. */
  close (taken: OutboxRecord): Promise<void>
}

const INDEXES = [{ fields: ['lookAt'] }, { fields: ['userId'] }]

export const openWebhookOutbox = async (database: Database, clock: Clock): Promise<WebhookOutbox> => {
  const collection = await database.collection<OutboxRecord>('webhook_outbox', INDEXES)
  const at = (ms = 0) => new Date(clock.now() + ms)
  return {
    async watch (userId, kind, key) {
      const _id = sha256(`${kind} ${key}`).slice(0, 24)
      const again = { $set: { lookAt: at(), updated_at: at() } }
      if (await collection.updateOne({ _id }, again) === 1) return _id
      try {
        await collection.insertOne({ _id, userId, kind, key, told: 0, lookAt: at(), created_at: at(), updated_at: at() })
      } catch (error) {
        if (!(error instanceof EarshotError) || error.code !== 'duplicate') throw error
        await collection.updateOne({ _id }, again)
      }
      return _id
    },
    take: (againMs, id) => collection.findOneAndUpdate(id === undefined ? { lookAt: { $lte: at() } } : { _id: id }, { $set: { lookAt: at(againMs) } }, { sort: { lookAt: 1 } }),
    async tell (id, told) {
      await collection.updateOne({ _id: id }, { $max: { told } })
    },
    async close ({ _id, updated_at: watchedAt }) {
      await collection.deleteMany({ _id, updated_at: watchedAt })
    }
  }
}
