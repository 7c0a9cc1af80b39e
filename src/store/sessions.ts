import { Type, type Static } from 'typebox'
import { recordSchema, Timestamp } from './record.ts'

/** A signed-in browser. Earshot's own collection; the cookie holds the token, the store only its hash. */
export const SessionSchema = recordSchema({
  tokenHash: Type.String({ description: 'SHA-256 of the token, hexadecimal' }),
  expiresAt: Timestamp
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
