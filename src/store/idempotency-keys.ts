import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Database } from './collection.ts'
import { createId } from './id.ts'
import { recordSchema, Timestamp } from './record.ts'

/** A request that may be sent again, and what was answered to it. Earshot's own collection. */
export const IdempotencyKeySchema = recordSchema({
  key: Type.String({ minLength: 1, maxLength: 255, description: 'As the client chose it; unique for its user' }),
  fingerprint: Type.String({ description: 'SHA-256 of the request\'s method, path and body, hexadecimal' }),
  documentId: Type.String({ description: 'The id of the document that the request makes, however often it is begun' }),
  leasedUntil: { ...Timestamp, description: 'Until then somebody works on the request; after it, with no answer, it is begun anew' },
  expiresAt: { ...Timestamp, description: 'From then on the key is as if it had never been used' },
  status: Type.Optional(Type.Integer({ description: 'HTTP status of the answer' })),
  answer: Type.Optional(Type.String({ description: 'Body of the answer; left out until there is one' }))
})
export type IdempotencyKeyRecord = Static<typeof IdempotencyKeySchema>

/** What is to be done with a request: it is the caller's to work on, is answered already, is being worked on, or is not the one that the key was first used for. */
export type KeyClaim =
  | { state: 'claimed', record: IdempotencyKeyRecord }
  | { state: 'answered', status: number, answer: string }
  | { state: 'busy' }
  | { state: 'other_request' }

export interface IdempotencyKeyStore {
  claim (userId: string, key: string, fingerprint: string): Promise<KeyClaim>
  /** Keeps the answer for whoever asks again. The first one stands. */
  answer (id: string, status: number, answer: string): Promise<void>
  /** Gives the request back unanswered: the next one begins it anew, with the same documentId. */
  release (id: string): Promise<void>
}

/** As long as Stripe and most others keep a key (https://docs.stripe.com/api/idempotent_requests). */
const EXPIRES_AFTER_MS = 24 * 3_600_000
/** Longer than any request takes: after this, whoever worked on it is dead. */
const LEASE_MS = 60_000

const INDEXES = [{ fields: ['userId', 'key'], unique: true }, { fields: ['userId', 'expiresAt'] }]

export const openIdempotencyKeys = async (database: Database, clock: Clock): Promise<IdempotencyKeyStore> => {
  const collection = await database.collection<IdempotencyKeyRecord>('idempotency_keys', INDEXES)
  const after = (ms: number) => new Date(clock.now() + ms)

  const insert = async (userId: string, key: string, fingerprint: string): Promise<IdempotencyKeyRecord | undefined> => {
    const record = { _id: createId(clock.now()), userId, key, fingerprint, documentId: createId(clock.now()), leasedUntil: after(LEASE_MS), expiresAt: after(EXPIRES_AFTER_MS), created_at: after(0), updated_at: after(0) }
    try {
      await collection.insertOne(record)
      return record
    } catch (error) {
      if (error instanceof EarshotError && error.code === 'duplicate') return undefined
      throw error
    }
  }

  return {
    async claim (userId, key, fingerprint) {
      await collection.deleteMany({ userId, expiresAt: { $lte: after(0) } })
      for (;;) {
        const stored = await collection.findOne({ userId, key })
        const record = stored === undefined ? await insert(userId, key, fingerprint) : stored
        if (record === undefined) continue
        if (stored === undefined) return { state: 'claimed', record }
        if (stored.fingerprint !== fingerprint) return { state: 'other_request' }
        if (stored.status !== undefined && stored.answer !== undefined) return { state: 'answered', status: stored.status, answer: stored.answer }
        if (stored.leasedUntil.getTime() > clock.now()) return { state: 'busy' }
        const taken = await collection.findOneAndUpdate({ _id: stored._id, leasedUntil: stored.leasedUntil, answer: { $exists: false } }, { $set: { leasedUntil: after(LEASE_MS), updated_at: after(0) } })
        if (taken !== undefined) return { state: 'claimed', record: taken }
      }
    },
    async answer (id, status, answer) {
      await collection.updateOne({ _id: id, answer: { $exists: false } }, { $set: { status, answer, updated_at: after(0) } })
    },
    async release (id) {
      await collection.updateOne({ _id: id, answer: { $exists: false } }, { $set: { leasedUntil: after(0), updated_at: after(0) } })
    }
  }
}
