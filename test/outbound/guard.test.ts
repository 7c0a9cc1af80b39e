import fc from 'fast-check'
import { pino } from 'pino'
import { VirtualClock } from '../../src/clock.ts'
import { parseConfig } from '../../src/config.ts'
import type { EarshotError } from '../../src/errors.ts'
import { Dialler } from '../../src/outbound/dialler.ts'
import type { CallingRules } from '../../src/store/calling-rules.ts'
import type { Database } from '../../src/store/collection.ts'
import type { DialRecord } from '../../src/store/dials.ts'
import { storesOf } from '../../src/store/open.ts'
import { Secrets } from '../../src/store/secrets.ts'
import { TwilioRest } from '../../src/twilio/rest.ts'
import { eachEngine, TEST_KEY } from '../support/engines.ts'
import { slowDatabase, takeTurns } from '../support/slow-database.ts'

/** Twilio, which makes every call. */
class MakingRest extends TwilioRest {
  made = 0
  readonly #account: string

  constructor (account = '') {
    super('http://127.0.0.1:1')
    this.#account = account
  }

  override async createCall (): Promise<{ sid: string }> { return { sid: `CA${this.#account}${this.made++}` } }
}

const RULES: Partial<CallingRules> = { callFromHour: 0, callUntilHour: 24 }

eachEngine('of calls that are asked for at once as many are placed as the rules allow', async (t, database) => {
  const clock = new VirtualClock()
  let turns: () => number = () => 0
  const stores = await storesOf(slowDatabase(database, () => turns()), clock, new Secrets(TEST_KEY))
  let users = 0
  const scenario = fc.record({
    cap: fc.integer({ min: 1, max: 4 }),
    rule: fc.constantFrom('maxConcurrentCalls' as const, 'maxCallsPerDay' as const),
    requests: fc.integer({ min: 1, max: 8 }),
    /** All intents are stored before the first is acted on, or each when its request comes. */
    storedFirst: fc.boolean(),
    delays: fc.infiniteStream(fc.nat(6))
  })
  await fc.assert(fc.asyncProperty(scenario, async ({ cap, rule, requests, storedFirst, delays }) => {
    const userId = `user ${users++}`
    turns = () => 0
    const rest = new MakingRest(userId)
    const dialler = new Dialler({ config: parseConfig({}), clock, stores, rest, log: pino({ level: 'silent' }) })
    const fromNumber = `+1415555${2000 + users}`
    const phone = await stores.phones.create(userId, { phoneNumber: fromNumber, twilioAccountSid: `AC${'0'.repeat(32)}`, twilioAuthToken: 't', isActive: true })
    await stores.callingRules.change(userId, { ...RULES, maxCallsPerDay: 100, maxConcurrentCalls: 100, [rule]: cap })
    const create = async (n: number) => (await stores.dials.create({ userId, key: `${userId} ${n}`, callType: 'normal', fromPhoneNumberId: phone._id, fromNumber, toNumber: `+1415555${1000 + n}` })).dial
    const wishes = Array.from({ length: requests }, (_, n) => n)
    const dials = storedFirst ? await Promise.all(wishes.map(create)) : []
    turns = () => delays.next().value ?? 0
    const answers = await Promise.allSettled(wishes.map(async (n) => {
      await takeTurns(turns())
      return await dialler.place(dials[n] ?? await create(n))
    }))
    const refusals = answers.flatMap((answer) => answer.status === 'rejected' ? [answer.reason] : [])
    for (const { code } of refusals) if (code !== (rule === 'maxConcurrentCalls' ? 'rate_limited' : 'forbidden')) throw new Error(`refused as ${code}`)
    if (rest.made > cap || (storedFirst && rest.made !== Math.min(cap, requests))) throw new Error(`${rest.made} calls`)
  }), { numRuns: 25 })
})

/** A user with one number and these rules. */
const world = async (database: Database, rules: Partial<CallingRules>) => {
  const clock = new VirtualClock()
  const stores = await storesOf(database, clock, new Secrets(TEST_KEY))
  const rest = new MakingRest()
  const dialler = new Dialler({ config: parseConfig({}), clock, stores, rest, log: pino({ level: 'silent' }) })
  const phone = await stores.phones.create('ann', { phoneNumber: '+14155550123', twilioAccountSid: `AC${'0'.repeat(32)}`, twilioAuthToken: 't', isActive: true })
  await stores.callingRules.change('ann', { ...RULES, ...rules })
  let n = 0
  const create = async () => (await stores.dials.create({ userId: 'ann', key: `${n++}`, callType: 'normal', fromPhoneNumberId: phone._id, fromNumber: '+14155550123', toNumber: '+14155550100' })).dial
  const place = async (dial: DialRecord) => await dialler.place(dial).then(() => 'placed', async (error: EarshotError) => {
    await stores.dials.fail(dial._id, error.message)
    return error.code
  })
  return { clock, stores, rest, dialler, create, place }
}

eachEngine('an older request that is stored late does not pass a newer one unseen', async (t, database) => {
  const { stores, rest, create, place } = await world(database, { maxConcurrentCalls: 1 })
  const newer = await create()
  const { ask } = stores.dials
  const late: string[] = []
  stores.dials.ask = async (dial) => {
    stores.dials.ask = ask
    // The clock stands: of the same millisecond, the id says which is older.
    let older = await create()
    for (; older._id > newer._id; older = await create()) await stores.dials.fail(older._id, 'not older')
    late.push(await place(older))
    return await ask(dial)
  }
  t.same([await place(newer), late, rest.made], ['rate_limited', ['placed'], 1])
  t.match(await stores.dials.find('ann', newer._id), { state: 'failed', askedAt: undefined })
})

eachEngine('a call is counted between its making and its record', async (t, database) => {
  const { stores, create, place } = await world(database, { maxConcurrentCalls: 1 })
  const { create: record } = stores.calls
  const meanwhile: string[] = []
  stores.calls.create = async (call) => {
    meanwhile.push(await place(await create()))
    return await record(call)
  }
  t.same([await place(await create()), meanwhile], ['placed', ['rate_limited']])
})

eachEngine('a call that is over makes room, and its minutes count', async (t, database) => {
  const { clock, stores, create, place } = await world(database, { maxConcurrentCalls: 2, maxMinutesPerDay: 10 })
  const next = async () => await place(await create())
  t.same([await next(), await next(), await next()], ['placed', 'placed', 'rate_limited'])
  await clock.advance(9 * 60_000)
  await stores.calls.complete('CA0', { end_time: new Date(clock.now()) })
  t.equal(await next(), 'placed')
  await clock.advance(2 * 60_000)
  await stores.calls.complete('CA2', { end_time: new Date(clock.now()) })
  t.equal(await next(), 'forbidden', '11 minutes of 10')
  await clock.advance(86_400_000)
  t.equal(await next(), 'placed', 'a day later; the call whose end was missed counts no longer')
})

eachEngine('a request whose process died before Twilio was asked takes nobody\'s place for long', async (t, database) => {
  const { clock, stores, create, place, dialler } = await world(database, { maxConcurrentCalls: 1 })
  const left = await create()
  await clock.advance(1)
  t.equal(await place(await create()), 'rate_limited')
  await clock.advance(31_000)
  await dialler.settleLost()
  t.match(await stores.dials.find('ann', left._id), { state: 'failed', failure: /not asked/ })
  t.equal(await place(await create()), 'placed')
})
