import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import fc from 'fast-check'
import { folderKey, Secrets } from '../../src/store/secrets.ts'

const key = (byte: number) => Buffer.alloc(32, byte).toString('base64')

test('any secret comes back, and no two envelopes of it are alike', async (t) => {
  const secrets = new Secrets(key(1))
  fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.string(), (secret, context) => {
    const envelope = secrets.encrypt(secret, context)
    return secrets.decrypt(envelope, context) === secret && secrets.encrypt(secret, context) !== envelope
  }))
})

test('a changed or moved envelope does not open', async (t) => {
  const secrets = new Secrets(key(1))
  const envelope = secrets.encrypt('secret', 'here')
  t.throws(() => secrets.decrypt(envelope, 'there'), { code: 'internal' })
  for (let part = 0; part < 5; part++) {
    const parts = envelope.split('.')
    const text = parts[part] ?? ''
    parts[part] = (text.startsWith('A') ? 'B' : 'A') + text.slice(1)
    t.throws(() => secrets.decrypt(parts.join('.'), 'here'), { code: 'internal' })
    t.throws(() => secrets.decrypt(envelope.split('.').slice(0, part).join('.'), 'here'), { code: 'internal' })
  }
  t.notMatch(envelope, Buffer.from('secret').toString('base64url'))
})

test('keys change: the first encrypts, the others still open', async (t) => {
  const old = new Secrets(key(1)).encrypt('secret', 'here')
  const both = new Secrets(`${key(2)}, ${key(1)}`)
  t.equal(both.decrypt(old, 'here'), 'secret')
  const renewed = both.encrypt('secret', 'here')
  t.equal(new Secrets(key(2)).decrypt(renewed, 'here'), 'secret')
  t.throws(() => new Secrets(key(2)).decrypt(old, 'here'), { code: 'internal', message: /ENCRYPTION_KEY/ })
})

test('what is no key is refused by name', async (t) => {
  for (const bad of ['', 'short', Buffer.alloc(31).toString('base64'), `${key(1)},`]) t.throws(() => new Secrets(bad), { code: 'invalid', field: 'ENCRYPTION_KEY' })
})

test('a folder\'s key is made once, for its owner\'s eyes only', async (t) => {
  const folder = join(t.testdir(), 'data')
  const made = await folderKey(folder)
  t.equal(await folderKey(folder), made)
  t.equal((await stat(join(folder, 'encryption.key'))).mode & 0o777, 0o600)
  t.equal((await readFile(join(folder, 'encryption.key'), 'utf8')).trim(), made)
  t.doesNotThrow(() => new Secrets(made))
})
