import { pino } from 'pino'
import { VirtualClock } from '../../src/clock.ts'
import { parseConfig } from '../../src/config.ts'
import { EarshotError } from '../../src/errors.ts'
import { Dialler } from '../../src/outbound/dialler.ts'
import { Scheduler } from '../../src/scheduler/scheduler.ts'
import type { Collection, Database, Document, Index } from '../../src/store/collection.ts'
import { storesOf } from '../../src/store/open.ts'
import { Secrets } from '../../src/store/secrets.ts'
import { TwilioRest, type CallToMake, type ListedCall, type TwilioAccount } from '../../src/twilio/rest.ts'
import { eachEngine, TEST_KEY } from '../support/engines.ts'

/** A process that dies at its n-th step into the world outside it: the step is done, its answer does not arrive. (To the world that is the same as dying right before the next step.) */
class Mortal {
  #left = Infinity
  dead = false
  /** What others do meanwhile takes none of its steps. */
  watching = false

  live (): void {
    this.dead = false
    this.#left = Infinity
  }

  dieAt (step: number): void { this.#left = step }

  async step<T> (act: () => Promise<T>): Promise<T> {
    if (this.dead) throw new Error('dead')
    if (this.watching) return await act()
    const dies = --this.#left === 0
    const result = await act()
    if (dies) this.#die()
    return result
  }

  #die (): never {
    this.dead = true
    throw new Error('killed')
  }
}

/** Twilio: calls that are made stay made. */
class FakeRest extends TwilioRest {
  readonly made: Array<CallToMake & ListedCall> = []
  readonly #mortal: Mortal
  readonly #clock: VirtualClock
  loseAnswers = 0
  loseRequests = 0

  constructor (mortal: Mortal, clock: VirtualClock) {
    super('http://127.0.0.1:1')
    this.#mortal = mortal
    this.#clock = clock
  }

  override async createCall (_account: TwilioAccount, call: CallToMake): Promise<{ sid: string }> {
    return await this.#mortal.step(async () => {
      if (this.loseRequests-- > 0) throw new EarshotError('provider_timeout')
      const sid = `CA${this.made.length}`
      this.made.push({ ...call, sid, createdAt: new Date(this.#clock.now()) })
      if (this.loseAnswers-- > 0) throw new EarshotError('provider_timeout')
      return { sid }
    })
  }

  override async listCalls (_account: TwilioAccount, { from, to }: { from: string, to: string }): Promise<ListedCall[]> {
    return await this.#mortal.step(async () => this.made.filter((call) => call.from === from && call.to === to).reverse())
  }
}

const mortalDatabase = (database: Database, mortal: Mortal): Database => ({
  ...database,
  async collection<D extends Document> (name: string, indexes: readonly Index[]): Promise<Collection<D>> {
    const c = await database.collection<D>(name, indexes)
    return {
      insertOne: (document) => mortal.step(() => c.insertOne(document)),
      findOne: (filter, options) => mortal.step(() => c.findOne(filter, options)),
      find: (filter, options) => mortal.step(() => c.find(filter, options)),
      findOneAndUpdate: (filter, update, options) => mortal.step(() => c.findOneAndUpdate(filter, update, options)),
      updateOne: (filter, update) => mortal.step(() => c.updateOne(filter, update)),
      updateMany: (filter, update) => mortal.step(() => c.updateMany(filter, update)),
      deleteMany: (filter) => mortal.step(() => c.deleteMany(filter)),
      count: (filter) => mortal.step(() => c.count(filter)),
      aggregate: (pipeline) => mortal.step(() => c.aggregate(pipeline))
    }
  }
})

const FROM = '+14155550123'

const world = async (database: Database) => {
  const clock = new VirtualClock()
  const mortal = new Mortal()
  const stores = await storesOf(mortalDatabase(database, mortal), clock, new Secrets(TEST_KEY))
  const rest = new FakeRest(mortal, clock)
  const log = pino({ level: 'silent' })
  const phone = await stores.phones.create('ann', { phoneNumber: FROM, twilioAccountSid: `AC${'0'.repeat(32)}`, twilioAuthToken: 't', isActive: true })
  await stores.callingRules.change('ann', { callFromHour: 0, callUntilHour: 24, maxCallsPerDay: 100_000, maxConcurrentCalls: 1_000 })
  /** A process that begins to work. */
  const boot = () => {
    mortal.live()
    const dialler = new Dialler({ config: parseConfig({}), clock, stores, rest, log })
    return new Scheduler({ clock, stores, dialler, log })
  }
  let last = 1_000
  const ended = new Set<string>()
  const schedule = async (count: number, fields: object = {}) => await stores.scheduledCalls.create('ann', {
    callType: 'normal',
    fromPhoneNumberId: phone._id,
    toPhoneNumbers: Array.from({ length: count }, () => `+1415555${last++}`),
    scheduledDateTime: new Date(clock.now()),
    promptContent: 'Your table is ready.',
    ...fields
  })
  const state = async (id: string) => await stores.scheduledCalls.find('ann', id)
  /** Rounds of the workers, a second each, in which every call ends at once, until the schedule is finished. */
  const finish = async (id: string, workers: Scheduler[], endReason: (to: string) => string = () => 'caller_hung_up') => {
    for (let round = 0; round < 150 && !mortal.dead; round++) {
      await Promise.all(workers.map((worker) => worker.work().catch((error: unknown) => { if (!mortal.dead) throw error })))
      if (mortal.dead) return
      mortal.watching = true
      // A call whose record is not there yet ends later.
      for (const { sid, to } of rest.made) {
        if (!ended.has(sid) && await stores.calls.complete(sid, { end_time: new Date(clock.now()), end_reason: endReason(to) }) !== undefined) ended.add(sid)
      }
      const status = (await state(id))?.status
      mortal.watching = false
      await clock.advance(1_000)
      if (status !== 'pending') return
    }
  }
  const timesCalled = (numbers: string[]) => numbers.map((number) => rest.made.filter(({ to }) => to === number).length)
  return { clock, mortal, stores, rest, boot, schedule, state, finish, timesCalled, phone }
}

eachEngine('a worker killed at any of its steps: each number is called once, none is forgotten', async (t, database) => {
  const { clock, mortal, boot, schedule, state, finish, timesCalled } = await world(database)
  for (let step = 1, died = true; died; step++) {
    const { _id, toPhoneNumbers } = await schedule(2)
    const victim = boot()
    mortal.dieAt(step)
    await finish(_id, [victim])
    died = mortal.dead
    const heir = boot()
    await clock.advance(61_000)
    await finish(_id, [heir])
    const { status, results } = await state(_id) ?? {}
    if (status !== 'completed' || results?.length !== 2 || timesCalled(toPhoneNumbers).some((times) => times !== 1)) t.fail(`killed at step ${step}`, { status, results, calls: timesCalled(toPhoneNumbers) })
    if (!died) t.ok(step > 30, `${step} steps`)
  }
})

eachEngine('workers at once, and answers and requests that get lost, call each number once', async (t, database) => {
  const { boot, schedule, state, finish, timesCalled, rest } = await world(database)
  const { _id, toPhoneNumbers } = await schedule(6)
  rest.loseAnswers = 2
  await finish(_id, [boot(), boot(), boot()], (to) => to === toPhoneNumbers[0] ? 'twilio_busy' : 'caller_hung_up')
  t.same(timesCalled(toPhoneNumbers), [1, 1, 1, 1, 1, 1])
  t.match(await state(_id), { status: 'completed', results: [{ outcome: 'busy' }, { outcome: 'reached' }] })
  const lost = await schedule(3)
  rest.loseRequests = 2
  await finish(lost._id, [boot(), boot()])
  t.same(timesCalled(lost.toPhoneNumbers), [1, 1, 1])
})

eachEngine('one call a second is placed for a number, and nothing before its time, nor what was removed', async (t, database) => {
  const { boot, schedule, clock, rest, stores } = await world(database)
  const later = await schedule(2, { scheduledDateTime: new Date(clock.now() + 3_000) })
  await schedule(2)
  const removed = await schedule(1)
  await stores.scheduledCalls.remove('ann', removed._id)
  const worker = boot()
  for (let second = 0; second < 6; second++) {
    await worker.work()
    t.ok(rest.made.length <= second + 1, `${rest.made.length} calls in second ${second}`)
    if (second < 3) t.notOk(rest.made.some(({ to }) => later.toPhoneNumbers.includes(to)))
    await clock.advance(1_000)
  }
  t.equal(rest.made.length, 4)
})

eachEngine('a schedule that reaches nobody has failed, with the reasons', async (t, database) => {
  const { boot, schedule, state, finish, stores, phone, timesCalled } = await world(database)
  const busy = await schedule(1)
  await finish(busy._id, [boot()], () => 'twilio_no-answer')
  t.match(await state(busy._id), { status: 'failed', results: [{ outcome: 'no-answer', callSid: /^CA/ }] })
  const refused = await schedule(2)
  await stores.optOuts.create('ann', { phoneNumber: refused.toPhoneNumbers[0] ?? '', channel: 'calls' })
  await finish(refused._id, [boot()])
  t.match(await state(refused._id), { status: 'completed', results: [{ outcome: 'refused', reason: /do-not-call/ }, { outcome: 'reached' }] })
  t.same(timesCalled(refused.toPhoneNumbers), [0, 1])
  const agentless = await schedule(1, { callType: 'ai' })
  await finish(agentless._id, [boot()])
  t.match(await state(agentless._id), { status: 'failed', results: [{ outcome: 'refused', reason: /no active agent/ }] })
  const phoneless = await schedule(1)
  await stores.phones.update('ann', phone._id, { isActive: false })
  await finish(phoneless._id, [boot()])
  t.match(await state(phoneless._id), { status: 'failed', results: [{ outcome: 'refused', reason: /not active/ }] })
})

eachEngine('it runs by the clock until it is stopped', async (t, database) => {
  const { boot, schedule, clock, rest } = await world(database)
  await schedule(1)
  const worker = boot()
  worker.start()
  t.equal(rest.made.length, 0)
  await clock.advance(1_000)
  await worker.stop()
  await schedule(1)
  t.equal(clock.pendingTimers, 0)
  await worker.work()
  t.ok(rest.made.length <= 1, 'a stopped one takes up nothing')
})
