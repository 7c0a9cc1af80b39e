import { createHash, randomBytes } from 'node:crypto'

/** A new document id: 24 hexadecimal digits, the first 8 of them the time in seconds, the others random. */
export const createId = (nowMs: number): string =>
  Math.floor(nowMs / 1000).toString(16).padStart(8, '0').slice(-8) + randomBytes(8).toString('hex')

/** How secrets that only need to be recognised are kept: tokens and keys with at least 128 random bits, in hexadecimal. */
export const sha256 = (secret: string): string => createHash('sha256').update(secret).digest('hex')
