import { pino } from 'pino'
import type { Test } from 'tap'
import type { VirtualClock } from '../../src/clock.ts'
import type { FakeTwilioAccount } from '../../src/replay/twilio-account.ts'
import { settledStores } from '../../src/replay/settled-stores.ts'
import type { Stores } from '../../src/store/stores.ts'
import { LiveCalls } from '../../src/twilio/live-calls.ts'
import { Reaper } from '../../src/twilio/reaper.ts'
import { TwilioRest } from '../../src/twilio/rest.ts'
import { eachStores } from '../support/engines.ts'
import { listenTwilio } from '../support/twilio.ts'
import { ACCOUNT_SID, AUTH_TOKEN, CALLER, NUMBER, OWNER } from '../support/webhooks.ts'

const MINUTE = 60_000

const setUp = async (t: Test, { stores, clock }: { stores: Stores, clock: VirtualClock }) => {
  const { url, account } = await listenTwilio(t, clock, AUTH_TOKEN)
  const phone = await stores.phones.create(OWNER, { phoneNumber: NUMBER, twilioAccountSid: ACCOUNT_SID, twilioAuthToken: AUTH_TOKEN, isActive: true })
  const liveCalls = new LiveCalls({ clock, maxCalls: 10 })
  const reaperOf = (calls = liveCalls) => new Reaper({ clock, stores, rest: new TwilioRest(url), liveCalls: calls, log: pino({ level: 'silent' }) })
  return {
    account,
    phone,
    liveCalls,
    reaper: reaperOf(),
    reaperOf,
    /** A call that is up, here and at Twilio. */
    begin: async () => {
      const placed = account.phoneCalls.place({ From: NUMBER, To: CALLER })
      account.phoneCalls.progress(placed, 'in-progress')
      await stores.calls.create({ userId: OWNER, call_sid: placed.sid, from_number: NUMBER, to_number: CALLER, agent_id: '', session_id: 's', start_time: new Date(clock.now()), direction: 'outgoing' })
      return placed
    }
  }
}

const requests = (account: FakeTwilioAccount): (() => number) => {
  let count = 0
  const { tooMany } = account
  account.tooMany = function () {
    count++
    return tooMany.call(account)
  }
  return () => count
}

eachStores('a call whose process died is ended at the time when it ended, and its price is fetched later', async (t, { stores, clock }) => {
  const { account, reaper, begin } = await setUp(t, { stores, clock })
  const call = await begin()
  await clock.advance(90_000)
  account.phoneCalls.progress(call, 'completed')
  await clock.advance(MINUTE)
  await reaper.work()
  t.match(await stores.calls.findBySid(call.sid), { status: 'active' }, 'a callback may still come')
  await clock.advance(3 * MINUTE)
  await reaper.work()
  const ended = { status: 'completed', end_reason: 'twilio_completed', carrier_status: 'completed', carrier_duration_seconds: 90, duration_seconds: 90.999, price: undefined }
  t.match(await stores.calls.findBySid(call.sid), ended)
  Object.assign(call, { price: '-0.013' })
  await clock.advance(11 * MINUTE)
  await reaper.work()
  t.match(await stores.calls.findBySid(call.sid), { ...ended, price: -0.013, price_unit: 'USD', carrier_check_at: undefined })
})

eachStores('a call that is over here and not at Twilio is ended there; a transferred one goes on', async (t, { stores, clock }) => {
  const { account, reaper, begin } = await setUp(t, { stores, clock })
  const [lost, transferred] = [await begin(), await begin()]
  await stores.calls.complete(lost.sid, { end_time: new Date(clock.now()), end_reason: 'agent_ended' })
  await stores.calls.complete(transferred.sid, { end_time: new Date(clock.now()), end_reason: 'transferred' })
  await clock.advance(MINUTE)
  await reaper.work()
  t.match([lost.status, transferred.status], ['completed', 'in-progress'])
  await clock.advance(MINUTE)
  await reaper.work()
  t.match(await stores.calls.findBySid(lost.sid), { end_reason: 'agent_ended', carrier_status: 'completed', carrier_duration_seconds: 60, duration_seconds: 0 })
  t.same(account.updates.map(({ callSid }) => callSid), [lost.sid])
})

eachStores('a call that goes on is left alone, and one that is live here is not even asked about', async (t, { stores, clock }) => {
  const { account, reaper, liveCalls, begin } = await setUp(t, { stores, clock })
  const [here, elsewhere] = [await begin(), await begin()]
  liveCalls.add({ callSid: here.sid, command: () => false, close: async () => {} })
  const asked = requests(account)
  await clock.advance(6 * MINUTE)
  await reaper.work()
  t.equal(asked(), 1)
  for (const { sid } of [here, elsewhere]) t.match(await stores.calls.findBySid(sid), { status: 'active' })
  t.match(await stores.calls.findBySid(elsewhere.sid), { carrier_status: 'in-progress' })
})

eachStores('of several processes one asks about a call', async (t, { stores, clock }) => {
  const { account, reaperOf, begin } = await setUp(t, { stores, clock })
  for (let n = 0; n < 4; n++) await begin()
  const asked = requests(account)
  await clock.advance(6 * MINUTE)
  await Promise.all([1, 2, 3].map(async () => { await reaperOf().work() }))
  t.equal(asked(), 4)
})

eachStores('a call that Twilio does not know, or whose phone is gone, is over', async (t, { stores, clock }) => {
  const { account, reaper, phone, begin } = await setUp(t, { stores, clock })
  const unknown = await begin()
  account.calls.pop()
  await clock.advance(6 * MINUTE)
  await reaper.work()
  t.match(await stores.calls.findBySid(unknown.sid), { status: 'completed', end_reason: 'connection_lost', carrier_check_at: undefined })
  const orphan = await begin()
  await stores.phones.remove(OWNER, phone._id)
  await clock.advance(6 * MINUTE)
  await reaper.work()
  t.match(await stores.calls.findBySid(orphan.sid), { status: 'completed', end_reason: 'connection_lost' })
})

eachStores('an account that refuses is left alone for a round, and its calls are asked about again', async (t, { stores, clock }) => {
  const { account, reaper, begin } = await setUp(t, { stores, clock })
  const calls = [await begin(), await begin(), await begin()]
  for (const call of calls) account.phoneCalls.progress(call, 'completed')
  const asked = requests(account)
  await clock.advance(6 * MINUTE)
  account.maxRequestsPerSecond = 1
  await reaper.work()
  t.equal(asked(), 2, 'not after the first refusal')
  account.maxRequestsPerSecond = Infinity
  await clock.advance(MINUTE)
  await reaper.work()
  for (const { sid } of calls) t.match(await stores.calls.findBySid(sid), { status: 'completed', carrier_status: 'completed' })
})

eachStores('it works again and again, also after a failure, until it is stopped', async (t, { stores, clock }) => {
  const { completeUnconnected } = stores.calls
  const askedAtMs: number[] = []
  const startMs = clock.now()
  stores.calls.completeUnconnected = async (now) => {
    askedAtMs.push(now.getTime() - startMs)
    if (askedAtMs.length === 1) throw new Error('away')
    return await completeUnconnected(now)
  }
  const { reaper, begin } = await setUp(t, { stores: settledStores(stores, clock), clock })
  await begin()
  reaper.start()
  await clock.advance(100_000)
  t.same(askedAtMs, [30_000, 60_000, 90_000])
  await reaper.stop()
  await clock.advance(100_000)
  t.equal(askedAtMs.length, 3)
  t.equal(clock.pendingTimers, 0)
})
