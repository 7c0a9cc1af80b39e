import fc from 'fast-check'
import { pino } from 'pino'
import { test, type Test } from 'tap'
import { parseConfig } from '../../src/config.ts'
import type { FakeTwilioAccount } from '../../src/replay/twilio-account.ts'
import { settled } from '../../src/replay/settled-stores.ts'
import { Messenger } from '../../src/sms/messenger.ts'
import { VirtualClock } from '../../src/clock.ts'
import { openStores, storesOf } from '../../src/store/open.ts'
import { Secrets } from '../../src/store/secrets.ts'
import type { Stores } from '../../src/store/stores.ts'
import { TwilioRest } from '../../src/twilio/rest.ts'
import { eachEngine, TEST_KEY } from '../support/engines.ts'
import { folder } from '../support/folder.ts'
import { slowDatabase, takeTurns } from '../support/slow-database.ts'
import { listenTwilio } from '../support/twilio.ts'

const TEXT = { fromNumber: '+14155550123', toNumber: '+14155550100', body: 'Your table is ready.' }

const world = async (t: Test) => {
  const clock = new VirtualClock()
  const stores = await openStores({ dataDir: folder(t), clock })
  t.teardown(() => stores.close())
  await stores.phones.create('ann', { phoneNumber: TEXT.fromNumber, twilioAccountSid: `AC${'0'.repeat(32)}`, twilioAuthToken: 'token', isActive: true })
  const { url, account } = await listenTwilio(t, clock, 'token')
  const config = parseConfig({ PUBLIC_URL: 'https://voice.example.org' })
  const messenger = () => new Messenger({ config, clock, stores, rest: settled(new TwilioRest(url), clock), log: pino({ level: 'silent' }) })
  const stored = async () => (await stores.messages.list('ann')).items
  return { clock, stores, account, messenger, stored, sent: () => account.texts.sent.length }
}

const next = (account: FakeTwilioAccount, ...mishaps: FakeTwilioAccount['mishaps']) => account.mishaps.push(...mishaps)

test('a lost answer is looked up; a lost request is sent again only when it has surely not arrived', async (t) => {
  const { clock, account, messenger, sent } = await world(t)
  next(account, 'lost_answer', 'lost_request')
  t.match(await messenger().send('ann', TEXT), { messageSid: account.texts.sent[0]?.sid, status: 'queued' })
  t.match(await messenger().send('ann', TEXT), { messageSid: /^pending_/, status: 'queued' }, 'the same words twice are two messages')
  t.equal(sent(), 1)
  await messenger().work()
  await clock.advance(29_000)
  await messenger().work()
  t.equal(sent(), 1)
  await clock.advance(1_000)
  await Promise.all([messenger().work(), messenger().work()])
  t.equal(sent(), 2)
  await clock.advance(3_600_000)
  await messenger().work()
  t.equal(sent(), 2)
})

test('whatever step the process dies at, the message is sent once', async (t) => {
  for (const dieAt of ['ask', 'bindMessage'] as const) {
    const { clock, stores, account, messenger, stored } = await world(t)
    const real = stores.messages[dieAt]
    Object.assign(stores.messages, { [dieAt]: async () => await new Promise(() => {}) })
    messenger().send('ann', TEXT, 'key').catch(() => {})
    while (dieAt === 'bindMessage' ? account.texts.sent.length === 0 : (await stored()).length === 0) await clock.advance(1)
    await clock.advance(1)
    Object.assign(stores.messages, { [dieAt]: real })
    await messenger().work()
    await clock.advance(61_000)
    await messenger().work()
    await clock.advance(61_000)
    await messenger().work()
    t.equal(account.texts.sent.length, 1, dieAt)
    t.match(await stored(), [{ messageSid: account.texts.sent[0]?.sid }])
    t.match(await messenger().send('ann', TEXT, 'key'), { messageSid: account.texts.sent[0]?.sid }, 'and its key tells')
    t.equal(account.texts.sent.length, 1)
  }
})

test('too many requests wait; after an hour a message is given up', async (t) => {
  const { clock, account, messenger, stored, sent } = await world(t)
  next(account, { status: 429, code: 20429 })
  await messenger().send('ann', TEXT)
  t.equal(sent(), 0)
  await clock.advance(10_000)
  await messenger().work()
  t.equal(sent(), 1)
  for (let n = 0; n < 400; n++) next(account, { status: 429, code: 20429 })
  await messenger().send('ann', TEXT)
  for (let minute = 0; minute < 62; minute++) {
    await clock.advance(60_000)
    await messenger().work()
  }
  t.equal(sent(), 1)
  t.match((await stored())[0], { status: 'failed', failure: /for an hour/ })
})

test('a callback may be first, and tells who wants no more', async (t) => {
  const { account, messenger, stored, stores } = await world(t)
  next(account, 'lost_request')
  const { _id } = await messenger().send('ann', TEXT)
  await messenger().delivered('bob', _id, { messageSid: 'SM1', status: 'sent' })
  t.match(await stored(), [{ messageSid: /^pending_/ }])
  await messenger().delivered('ann', _id, { messageSid: 'SM1', status: 'sent' })
  t.match(await stored(), [{ messageSid: 'SM1', status: 'sent' }])
  await messenger().delivered('ann', _id, { messageSid: 'SM1', status: 'undelivered', errorCode: 21610 })
  t.match(await stored(), [{ status: 'undelivered', errorCode: 21610, failure: /does not want/ }])
  t.ok(await stores.optOuts.has('ann', 'messages', TEXT.toNumber, TEXT.fromNumber))
  await t.rejects(messenger().send('ann', TEXT), { code: 'forbidden', field: 'to' })
})

/** A user with one number, who may send so many texts a day, and what Twilio gets of them. */
const sender = async (stores: Stores, clock: VirtualClock, userId: string, fromNumber: string, maxMessagesPerDay: number) => {
  const sent: string[] = []
  const rest = { sendMessage: async (_account: object, { body }: { body: string }) => ({ sid: `SM ${userId} ${sent.push(body)}`, status: 'queued' }), listMessages: async () => [] }
  await stores.phones.create(userId, { phoneNumber: fromNumber, twilioAccountSid: `AC${'0'.repeat(32)}`, twilioAuthToken: 't', isActive: true })
  await stores.callingRules.change(userId, { maxMessagesPerDay })
  return { sent, messenger: new Messenger({ config: parseConfig({}), clock, stores, rest, log: pino({ level: 'silent' }) }) }
}

eachEngine('of texts that are sent at once as many go out as a day allows', async (t, database) => {
  const clock = new VirtualClock()
  let turns: () => number = () => 0
  const stores = await storesOf(slowDatabase(database, () => turns()), clock, new Secrets(TEST_KEY))
  let users = 0
  const scenario = fc.record({ cap: fc.integer({ min: 1, max: 4 }), requests: fc.integer({ min: 1, max: 8 }), delays: fc.infiniteStream(fc.nat(6)) })
  await fc.assert(fc.asyncProperty(scenario, async ({ cap, requests, delays }) => {
    const userId = `user ${users++}`
    const fromNumber = `+1415555${2000 + users}`
    turns = () => 0
    const { messenger, sent } = await sender(stores, clock, userId, fromNumber, cap)
    turns = () => delays.next().value ?? 0
    const answers = await Promise.allSettled(Array.from({ length: requests }, async () => {
      await takeTurns(turns())
      return await messenger.send(userId, { ...TEXT, fromNumber })
    }))
    for (const answer of answers) if (answer.status === 'rejected' && !/text messages in 24 hours/.test(answer.reason.message)) throw answer.reason
    for (let round = 0; round < 2; round++) {
      await clock.advance(11_000)
      await messenger.work()
    }
    if (sent.length !== Math.min(cap, requests)) throw new Error(`${sent.length} messages`)
  }), { numRuns: 25 })
})

eachEngine('an older message that is stored late does not pass a newer one unseen', async (t, database) => {
  const clock = new VirtualClock()
  const stores = await storesOf(database, clock, new Secrets(TEST_KEY))
  const { messenger, sent } = await sender(stores, clock, 'ann', TEXT.fromNumber, 1)
  const { ask } = stores.messages
  stores.messages.ask = async (newer, leaseMs) => {
    stores.messages.ask = ask
    const store = async () => (await stores.messages.queue('ann', { ...TEXT, body: 'older' }, 0)).message
    // The clock stands: of the same millisecond, the id says which is older.
    let older = await store()
    for (; older._id > newer._id; older = await store()) await stores.messages.refuse(older, { failure: 'not older' })
    await messenger.work()
    return await ask(newer, leaseMs)
  }
  const { _id } = await messenger.send('ann', { ...TEXT, body: 'newer' })
  t.same(sent, ['older'])
  await clock.advance(11_000)
  await messenger.work()
  t.same(sent, ['older'])
  t.match(await stores.messages.find('ann', _id), { status: 'failed', failure: /1 text messages in 24 hours/ })
})
