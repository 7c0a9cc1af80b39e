import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'

/** Lets one media socket join one call, once. Only its hash is stored, so any process that shares the database can take it back. */
export interface StreamToken {
  /** What Twilio carries, in a `<Parameter>`. */
  token: string
  /** SHA-256 of the token, in hexadecimal. */
  hash: string
  expiresAt: Date
}

/** Twilio opens the stream within a second of reading the TwiML; a slow handshake and a clock that is off get the rest. */
const LIFETIME_MS = 60_000

export function makeStreamToken (clock: Clock): StreamToken {
  const token = randomBytes(32).toString('base64url')
  return { token, hash: createHash('sha256').update(token).digest('hex'), expiresAt: new Date(clock.now() + LIFETIME_MS) }
}
