import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { NewCall } from '../store/calls.ts'
import { makeStreamToken } from './stream-token.ts'

type Beginning = Required<Pick<NewCall, 'session_id' | 'start_time' | 'stream_token_hash' | 'stream_token_expires_at'>>

/**
 * A call as it begins: now, with a session and a stream token of its own where none are given.
 * @returns the token too, of which the record has only the hash
 */
export function newCall (clock: Clock, given: Omit<NewCall, keyof Beginning> & Partial<Beginning>): { call: NewCall & Beginning, token: string } {
  const { token, hash, expiresAt } = makeStreamToken(clock)
  return { token, call: { session_id: randomUUID(), start_time: new Date(clock.now()), stream_token_hash: hash, stream_token_expires_at: expiresAt, ...given } }
}
