import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Database, Filter } from './collection.ts'
import { createId, sha256 } from './id.ts'
import { OWNED_INDEXES, defined } from './owned-store.ts'
import { findPage, type ListQuery, type Page } from './page.ts'
import { oneOf, recordSchema, Timestamp, type StoreFilled } from './record.ts'

/** One event on its way to one webhook. */
export const DeliverySchema = recordSchema({
  webhookId: Type.String({ description: 'The webhook it goes to' }),
  eventId: Type.String({ description: 'The header webhook-id: the same at every attempt' }),
  type: Type.String({ description: 'Of the event' }),
  body: Type.String({ description: 'What is sent, to the byte' }),
  status: oneOf(['pending', 'delivered', 'failed'], { description: 'failed: it is not sent again' }),
  attempts: Type.Integer({ minimum: 0, description: 'How often it was sent' }),
  nextAttemptAt: Type.Optional(Type.Unsafe<Date>({ ...Timestamp, description: 'When it is sent next' })),
  lastAttemptAt: Type.Optional(Type.Unsafe<Date>({ ...Timestamp, description: 'When it was last sent' })),
  responseStatus: Type.Optional(Type.Integer({ description: 'HTTP status of the last answer' })),
  responseMs: Type.Optional(Type.Integer({ minimum: 0, description: 'How long the last answer took' })),
  responseBody: Type.Optional(Type.String({ description: 'The beginning of the last answer' })),
  error: Type.Optional(Type.String({ description: 'Why the last attempt failed' })),
  subjectId: Type.String({ description: 'The call, message or schedule that it is about' }),
  sequence: Type.Integer({ description: 'Its place among the events of that' }),
  lease: Type.Optional(Type.String({ description: 'Of the worker that sends it' })),
  leaseUntil: Type.Optional(Type.Unsafe<Date>({ ...Timestamp, description: 'Until then no other worker sends it' }))
})
export type DeliveryRecord = Static<typeof DeliverySchema>

export type NewDelivery = Pick<DeliveryRecord, 'userId' | 'webhookId' | 'eventId' | 'type' | 'body' | 'subjectId' | 'sequence'>

export type Attempt = Pick<DeliveryRecord, 'status'> & Partial<Omit<DeliveryRecord, StoreFilled | 'status'>>

export interface WebhookDeliveryStore {
  /** Stores a delivery once: an event goes to a webhook once, however often it is noticed. */
  enqueue (delivery: NewDelivery): Promise<DeliveryRecord>
  find (userId: string, webhookId: string, id: string): Promise<DeliveryRecord | undefined>
  list (userId: string, webhookId: string, query?: ListQuery): Promise<Page<DeliveryRecord>>
  /** What is due, leased or not, what is due longest first. */
  due (limit: number): Promise<DeliveryRecord[]>
  countDue (): Promise<number>
  /** Takes a due delivery for `leaseMs`. Undefined: somebody has it, or it is done. */
  claim (id: string, leaseMs: number): Promise<DeliveryRecord | undefined>
  /** Notes an attempt and ends the lease. Nothing happens when the lease is another's by now. */
  settle (claimed: DeliveryRecord, attempt: Attempt): Promise<DeliveryRecord | undefined>
  /** Sends it anew, with all its attempts. */
  redeliver (userId: string, webhookId: string, id: string): Promise<DeliveryRecord | undefined>
  removeFinished (before: Date): Promise<number>
}

const INDEXES = [...OWNED_INDEXES, { fields: ['webhookId', 'created_at', '_id'] }, { fields: ['status', 'nextAttemptAt'] }]

export const openWebhookDeliveries = async (database: Database, clock: Clock): Promise<WebhookDeliveryStore> => {
  const collection = await database.collection<DeliveryRecord>('webhook_deliveries', INDEXES)
  const at = (ms = 0) => new Date(clock.now() + ms)
  const free = (): Filter => ({ $or: [{ leaseUntil: { $exists: false } }, { leaseUntil: { $lte: at() } }] })
  return {
    async enqueue (fields) {
      const _id = sha256(`${fields.webhookId} ${fields.eventId}`).slice(0, 24)
      const delivery: DeliveryRecord = { ...fields, _id, status: 'pending', attempts: 0, nextAttemptAt: at(), created_at: at(), updated_at: at() }
      try {
        await collection.insertOne(delivery)
        return delivery
      } catch (error) {
        const stored = error instanceof EarshotError && error.code === 'duplicate' ? await collection.findOne({ _id }) : undefined
        if (stored === undefined) throw error
        return stored
      }
    },
    find: (userId, webhookId, id) => collection.findOne({ _id: id, userId, webhookId }),
    list: (userId, webhookId, query = {}) => findPage(collection, { userId, webhookId }, query),
    due: (limit) => collection.find({ status: 'pending', nextAttemptAt: { $lte: at() } }, { sort: { nextAttemptAt: 1, _id: 1 }, limit }),
    countDue: () => collection.count({ status: 'pending', nextAttemptAt: { $lte: at() } }),
    claim: (id, leaseMs) => collection.findOneAndUpdate({ _id: id, status: 'pending', nextAttemptAt: { $lte: at() }, ...free() }, { $set: { lease: createId(clock.now()), leaseUntil: at(leaseMs) } }),
    async settle ({ _id, lease }, attempt) {
      const set = { ...attempt, updated_at: at() }
      const gone = Object.fromEntries(['lease', 'leaseUntil', 'nextAttemptAt', 'error', 'responseStatus', 'responseMs', 'responseBody'].filter((field) => !(field in defined(set))).map((field) => [field, true as const]))
      return await collection.findOneAndUpdate({ _id, lease: lease ?? '' }, { $set: defined(set), $unset: gone })
    },
    redeliver: (userId, webhookId, id) => collection.findOneAndUpdate({ _id: id, userId, webhookId, ...free() }, { $set: { status: 'pending', attempts: 0, nextAttemptAt: at(), updated_at: at() } }),
    removeFinished: (before) => collection.deleteMany({ status: { $in: ['delivered', 'failed'] }, updated_at: { $lt: before } })
  }
}
