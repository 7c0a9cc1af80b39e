import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { Database } from './collection.ts'
import { createId, sha256 } from './id.ts'
import { recordSchema, Timestamp } from './record.ts'

/** A signed-in browser. Earshot's own collection; the cookie holds the token, the store only its hash. */
export const SessionSchema = recordSchema({
  tokenHash: Type.String({ description: 'SHA-256 of the token, hexadecimal' }),
  expiresAt: { ...Timestamp, description: 'From then on it opens nothing' }
})
export type SessionRecord = Static<typeof SessionSchema>

export interface SessionStore {
  create (userId: string, token: string, expiresAt: Date): Promise<SessionRecord>
  /** The unexpired session with this token. */
  findByToken (token: string): Promise<SessionRecord | undefined>
  removeByToken (token: string): Promise<void>
  /** Signs a user out everywhere, but for the session of `keepToken`. */
  removeAll (userId: string, keepToken?: string): Promise<void>
}

const INDEXES = [{ fields: ['tokenHash'], unique: true }, { fields: ['userId'] }]

export const openSessions = async (database: Database, clock: Clock): Promise<SessionStore> => {
  const collection = await database.collection<SessionRecord>('sessions', INDEXES)
  return {
    async create (userId, token, expiresAt) {
      const now = new Date(clock.now())
      await collection.deleteMany({ userId, expiresAt: { $lte: now } })
      const session = { _id: createId(clock.now()), userId, tokenHash: sha256(token), expiresAt, created_at: now, updated_at: now }
      await collection.insertOne(session)
      return session
    },
    findByToken: (token) => collection.findOne({ tokenHash: sha256(token), expiresAt: { $gt: new Date(clock.now()) } }),
    async removeByToken (token) {
      await collection.deleteMany({ tokenHash: sha256(token) })
    },
    async removeAll (userId, keepToken) {
      await collection.deleteMany({ userId, ...(keepToken === undefined ? {} : { tokenHash: { $ne: sha256(keepToken) } }) })
    }
  }
}
