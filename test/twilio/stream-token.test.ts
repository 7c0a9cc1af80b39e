import { createHash } from 'node:crypto'
import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { makeStreamToken } from '../../src/twilio/stream-token.ts'

test('a token cannot be guessed, fits a parameter, and only its hash is to be kept', async (t) => {
  const clock = new VirtualClock(1_000)
  const tokens = Array.from({ length: 100 }, () => makeStreamToken(clock))
  t.equal(new Set(tokens.map(({ token }) => token)).size, 100)
  for (const { token, hash, expiresAt } of tokens) {
    if (!/^[\w-]{43}$/.test(token)) t.fail('256 bits in characters that need no escaping')
    if (hash !== createHash('sha256').update(token).digest('hex')) t.fail('the hash is the token\'s')
    if (expiresAt.getTime() !== 61_000) t.fail('a minute to live')
  }
})
