import { join } from 'node:path'
import { stat } from 'node:fs/promises'
import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { openStores } from '../../src/store/open.ts'
import { freshMongodbUrl, MONGODB_URL, TEST_KEY } from '../support/engines.ts'

const clock = new VirtualClock()
const phone = { phoneNumber: '+14155550123', twilioAccountSid: 'AC' + '0'.repeat(32), twilioAuthToken: 'token', isActive: true }

test('a data folder is enough: everything is there after a restart, secrets too', async (t) => {
  const dataDir = join(t.testdir(), 'new', 'data')
  const before = await openStores({ dataDir, clock })
  await before.ping()
  await before.phones.create('user1', phone)
  await t.rejects(openStores({ dataDir, clock }), { code: 'conflict' })
  await before.close()
  const after = await openStores({ dataDir, clock })
  t.teardown(() => after.close())
  const found = await after.phones.findActiveByNumber(phone.phoneNumber)
  t.equal(found && after.phones.decryptAuthToken(found), 'token')
  t.equal((await stat(join(dataDir, 'db'))).mode & 0o777, 0o700)
  t.equal((await stat(join(dataDir, 'db', 'calls.db'))).mode & 0o077, 0)
})

test('a wrong key stops the start and lets go of the folder', async (t) => {
  const dataDir = t.testdir()
  await t.rejects(openStores({ dataDir, encryptionKey: 'short', clock }), { code: 'invalid', field: 'ENCRYPTION_KEY' })
  await (await openStores({ dataDir, clock })).close()
})

test('two processes share one MongoDB', { skip: MONGODB_URL === undefined && 'MONGODB_URL is not set' }, async (t) => {
  const options = { mongodbUrl: freshMongodbUrl(String(MONGODB_URL)), dataDir: t.testdir(), encryptionKey: TEST_KEY, clock }
  const [one, two] = await Promise.all([openStores(options), openStores(options)])
  t.teardown(() => Promise.all([one.close(), two.close()]))
  await one.phones.create('user1', phone)
  const found = await two.phones.findActiveByNumber(phone.phoneNumber)
  t.equal(found && two.phones.decryptAuthToken(found), 'token')
})
