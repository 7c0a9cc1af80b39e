import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { CALLER_NUMBER, DEMO_NUMBER, seed } from '../../src/replay/seed.ts'
import { openStores } from '../../src/store/open.ts'
import { folder } from '../support/folder.ts'

test('seeding twice is seeding once, with what was given last', async (t) => {
  const stores = await openStores({ dataDir: folder(t), clock: new VirtualClock() })
  t.teardown(() => stores.close())
  const given = { email: 'demo@example.com', passwordHash: 'one', phoneNumber: DEMO_NUMBER, twilioAccountSid: `AC${'0'.repeat(32)}`, twilioAuthToken: 'first' }
  const first = await seed(stores, given)
  const second = await seed(stores, { ...given, passwordHash: 'two', twilioAuthToken: 'second', agent: { greeting: 'Hi.' } })
  t.same([second.user._id, second.phone._id, second.agent._id], [first.user._id, first.phone._id, first.agent._id])
  t.equal((await stores.users.findByEmail('demo@example.com'))?.passwordHash, 'two')
  const phone = await stores.phones.findActiveByNumber(DEMO_NUMBER)
  t.equal(phone && stores.phones.decryptAuthToken(phone), 'second')
  t.match(await stores.agents.findActiveIncoming(DEMO_NUMBER), { greeting: 'Hi.', language: 'en', userId: first.user._id })
  t.not(CALLER_NUMBER, DEMO_NUMBER)
})
