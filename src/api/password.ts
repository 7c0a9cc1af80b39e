import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

interface Cost { N: number, r: number, p: number }

/** OWASP's password storage cheat sheet: N = 2^15, r = 8, p = 3. A third of a second of one thread, off the main one. */
const COST: Cost = { N: 2 ** 15, r: 8, p: 3 }
const KEY_BYTES = 32
const SALT_BYTES = 16

/** Compared to when there is no such account: no password has an empty key. */
const NOBODY = `scrypt$${COST.N}$${COST.r}$${COST.p}$$`

/** @returns `scrypt$N$r$p$SALT$KEY`: with its cost, so that a later change of it leaves old passwords valid */
export const hashPassword = async (password: string, cost = COST): Promise<string> => {
  const salt = randomBytes(SALT_BYTES)
  const key = await derive(password, salt, cost)
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

/** With no hash to compare to, the same time passes: nobody learns from it which accounts there are. */
export const verifyPassword = async (password: string, passwordHash: string | undefined): Promise<boolean> => {
  const [, N, r, p, salt = '', key = ''] = (passwordHash ?? NOBODY).split('$')
  const expected = Buffer.from(key, 'base64url')
  const derived = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) })
  return expected.length === derived.length && timingSafeEqual(expected, derived)
}

/** Composed and decomposed characters are the same password (NIST SP 800-63B, 5.1.1.2). */
const derive = (password: string, salt: Buffer, cost: Cost): Promise<Buffer> => new Promise((resolve, reject) => {
  // What OpenSSL asks for; Node's own limit is just below that.
  const maxmem = 128 * cost.r * (cost.N + cost.p + 2)
  scrypt(password.normalize('NFKC'), salt, KEY_BYTES, { ...cost, maxmem }, (error, key) => error === null ? resolve(key) : reject(error))
})
