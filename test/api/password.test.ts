import { test } from 'tap'
import { hashPassword, verifyPassword } from '../../src/api/password.ts'

test('a password is known again, and only that one', async (t) => {
  const cost = { N: 16, r: 8, p: 1 }
  const hash = await hashPassword('pässwörd 🔑', cost)
  t.equal(await verifyPassword('pässwörd 🔑', hash), true)
  t.equal(await verifyPassword('pässwörd 🔑'.normalize('NFD'), hash), true, 'typed on another keyboard')
  t.equal(await verifyPassword('passwörd 🔑', hash), false)
  t.equal(await verifyPassword('', hash), false)
  t.not(await hashPassword('pässwörd 🔑', cost), hash, 'salted')
})

test('hashing has its price, also where there is no account', async (t) => {
  const hash = await hashPassword('correct horse')
  t.match(hash, /^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/)
  const startMs = performance.now()
  t.equal(await verifyPassword('', undefined), false)
  t.ok(performance.now() - startMs > 30, 'a hash was computed')
})

test('a hash of another cost is still known', async (t) => {
  // RFC 7914, section 12: scrypt("pleaseletmein", "SodiumChloride", 16384, 8, 1), its first 32 bytes.
  const key = Buffer.from('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2', 'hex')
  const hash = ['scrypt', 16384, 8, 1, Buffer.from('SodiumChloride').toString('base64url'), key.toString('base64url')].join('$')
  t.equal(await verifyPassword('pleaseletmein', hash), true)
})
