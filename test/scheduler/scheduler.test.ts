import { pino } from 'pino'
import { VirtualClock } from '../../src/clock.ts'
import { parseConfig } from '../../src/config.ts'
import { EarshotError } from '../../src/errors.ts'
import { createMetrics } from '../../src/metrics.ts'
import { Dialler } from '../../src/outbound/dialler.ts'
import { Scheduler } from '../../src/scheduler/scheduler.ts'
import type { Database } from '../../src/store/collection.ts'
import { storesOf } from '../../src/store/open.ts'
import { Secrets } from '../../src/store/secrets.ts'
import { TwilioRest, type CallToMake, type ListedCall, type TwilioAccount } from '../../src/twilio/rest.ts'
import { eachEngine, TEST_KEY } from '../support/engines.ts'
import { Mortal, mortalDatabase } from '../support/mortal.ts'

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
    return new Scheduler({ clock, stores, dialler, log, metrics: createMetrics() })
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
  /** Rounds of the workers in which every call ends at once, until the schedule is finished. */
  const finish = async (id: string, workers: Scheduler[], endReason: (to: string, nth: number) => string = () => 'caller_hung_up', roundMs = 1_000) => {
    for (let round = 0; round < 150 && !mortal.dead; round++) {
      await Promise.all(workers.map((worker) => worker.work().catch((error: unknown) => { if (!mortal.dead) throw error })))
      if (mortal.dead) return
      mortal.watching = true
      // A call whose record is not there yet ends later.
      for (const { sid, to } of rest.made) {
        if (!ended.has(sid) && await stores.calls.complete(sid, { end_time: new Date(clock.now()), end_reason: endReason(to, rest.made.filter((call) => call.to === to).length) }) !== undefined) ended.add(sid)
      }
      const status = (await state(id))?.status
      mortal.watching = false
      await clock.advance(roundMs)
      if (status !== 'pending') return
    }
  }
  const timesCalled = (numbers: string[]) => numbers.map((number) => rest.made.filter(({ to }) => to === number).length)
  return { clock, mortal, stores, rest, boot, schedule, state, finish, timesCalled, phone }
}

const RETRY = { on: ['busy', 'no-answer'], count: 2, delayMinutes: 1 }

eachEngine('a worker killed at any of its steps: each attempt is one call, no number is forgotten', async (t, database) => {
  const { clock, mortal, boot, schedule, state, finish, timesCalled } = await world(database)
  for (let step = 1, died = true; died; step++) {
    const { _id, toPhoneNumbers } = await schedule(2, { retry: RETRY })
    const endReason = (to: string, nth: number) => to === toPhoneNumbers[0] && nth === 1 ? 'twilio_busy' : 'caller_hung_up'
    const victim = boot()
    mortal.dieAt(step)
    await finish(_id, [victim], endReason, 15_000)
    died = mortal.dead
    const heir = boot()
    await clock.advance(61_000)
    await finish(_id, [heir], endReason, 15_000)
    const { status, results } = await state(_id) ?? {}
    const calls = timesCalled(toPhoneNumbers).join()
    if (status !== 'completed' || results?.map(({ attempts }) => attempts).join() !== '2,1' || calls !== '2,1') t.fail(`killed at step ${step}`, { status, results, calls })
    if (!died) t.ok(step > 60, `${step} steps`)
  }
})

eachEngine('a number is called again when its last call is surely over, so often and so much later as the schedule says', async (t, database) => {
  const { boot, schedule, state, rest, clock, stores, timesCalled, finish } = await world(database)
  const { _id, toPhoneNumbers } = await schedule(1, { retry: RETRY })
  const worker = boot()
  const minutes = async (count: number) => {
    for (let round = 0; round < count * 6; round++) {
      await worker.work()
      await clock.advance(10_000)
    }
  }
  await minutes(10)
  t.same(timesCalled(toPhoneNumbers), [1], 'it is up still')
  const end = async (reason: string) => await stores.calls.complete(String(rest.made.at(-1)?.sid), { end_time: new Date(clock.now()), end_reason: reason })
  await end('twilio_no-answer')
  const endedAt = clock.now()
  await minutes(0.5)
  t.match(await state(_id), { status: 'pending', results: [{ outcome: 'no-answer', attempts: 1, callSid: 'CA0', nextAttemptAt: new Date(endedAt + 60_000) }] })
  t.same(timesCalled(toPhoneNumbers), [1])
  await minutes(1)
  t.same(timesCalled(toPhoneNumbers), [2])
  t.match(await state(_id), { status: 'pending', results: [{ outcome: 'no-answer', attempts: 1 }] }, 'how the last finished one went')
  await end('twilio_busy')
  await minutes(2)
  await end('twilio_busy')
  await minutes(1)
  t.match(await state(_id), { status: 'failed', results: [{ outcome: 'busy', attempts: 3, callSid: 'CA2' }] })
  await minutes(3)
  t.same(timesCalled(toPhoneNumbers), [3])
  const other = await schedule(1, { retry: RETRY })
  await finish(other._id, [worker], () => 'twilio_failed')
  t.match(await state(other._id), { status: 'failed', results: [{ outcome: 'failed', attempts: 1 }] }, 'not after every outcome')
})

eachEngine('a number whose day is over is called in the morning there, if that is not too far', async (t, database) => {
  const { boot, schedule, state, rest, clock, stores, timesCalled, finish } = await world(database)
  await stores.callingRules.change('ann', { callFromHour: 8, callUntilHour: 21 })
  // 16:00 in Los Angeles, midnight in London.
  await stores.callingRules.change('ann', { allowedCountries: ['US', 'GB'] })
  const mixed = await schedule(1, { toPhoneNumbers: ['+442071838750', '+14155550300'] })
  const worker = boot()
  await finish(mixed._id, [worker], undefined, 600_000)
  t.match(await state(mixed._id), { status: 'completed', results: [{ phoneNumber: '+442071838750', outcome: 'reached', attempts: 1 }, { outcome: 'reached' }] })
  t.match(rest.made.map(({ to, createdAt }) => [to, createdAt.getTime() >= Date.UTC(2026, 0, 1, 8)]), [['+14155550300', false], ['+442071838750', true]])

  await clock.advance(Date.UTC(2026, 0, 2) - clock.now())
  const waiting = await schedule(1, { toPhoneNumbers: ['+442071838751'], retry: RETRY })
  await worker.work()
  t.match(await state(waiting._id), { status: 'pending', results: [{ outcome: 'waiting', attempts: 0, reason: /between 8 and 21/, nextAttemptAt: new Date('2026-01-02T08:00:00Z') }] })
  t.same(await stores.dials.ofSchedule(waiting._id), [], 'it takes no place meanwhile')
  await stores.optOuts.create('ann', { phoneNumber: '+442071838752', channel: 'calls' })
  const refused = await schedule(1, { toPhoneNumbers: ['+442071838752'] })
  const late = await schedule(1, { toPhoneNumbers: ['+442071838753'], scheduledDateTime: new Date(clock.now() - 20 * 3_600_000) })
  await clock.advance(1_000)
  await worker.work()
  await clock.advance(1_000)
  await worker.work()
  t.match(await state(refused._id), { status: 'failed', results: [{ outcome: 'refused', reason: /do-not-call/ }] }, 'what will not be called does not wait')
  t.match(await state(late._id), { status: 'failed', results: [{ outcome: 'refused', reason: /between 8 and 21/ }] }, 'a day late is too late')
  await clock.advance(Date.UTC(2026, 0, 2, 20, 59, 30) - clock.now())
  await worker.work()
  await stores.calls.complete(String(rest.made.at(-1)?.sid), { end_time: new Date(clock.now()), end_reason: 'twilio_busy' })
  await clock.advance(1_000)
  await worker.work()
  await clock.advance(60_000)
  await worker.work()
  t.match(await state(waiting._id), { status: 'pending', results: [{ outcome: 'busy', attempts: 1, nextAttemptAt: new Date('2026-01-03T08:00:00Z') }] }, 'nor is it called again at night')
  t.same(timesCalled(['+442071838751']), [1])
})

eachEngine('a recurring schedule killed at any step: each occurrence is there once and kept once', async (t, database) => {
  const { clock, mortal, boot, schedule, stores, finish, timesCalled, rest } = await world(database)
  for (let step = 1, died = true; died; step += 2) {
    const start = new Date(clock.now())
    const seriesId = step.toString(16).padStart(24, '0')
    const recurrence = { rule: 'FREQ=DAILY;COUNT=2', timeZone: 'UTC', startsAt: start }
    const { toPhoneNumbers } = await schedule(1, { recurrence, seriesId, occurrenceAt: start, scheduledDateTime: start })
    const occurrences = async () => (await stores.scheduledCalls.list('ann', { filter: { seriesId }, sort: { field: 'scheduledDateTime', direction: 1 } })).items
    const [first] = await occurrences()
    const victim = boot()
    mortal.dieAt(step)
    await finish(String(first?._id), [victim], undefined, 15_000)
    died = mortal.dead
    const workers = [boot(), boot()]
    await clock.advance(61_000)
    await finish(String(first?._id), workers, undefined, 15_000)
    await clock.advance(86_400_000)
    const [, second] = await occurrences()
    await finish(String(second?._id), workers, undefined, 15_000)
    const found = (await occurrences()).map(({ status }) => status).join()
    const calls = timesCalled(toPhoneNumbers).join()
    if (found !== 'completed,completed' || calls !== '2') t.fail(`killed at step ${step}`, { found, calls })
    if (!died) t.ok(step > 20, `${step} steps, ${rest.made.length} calls`)
  }
})

eachEngine('a daily schedule calls at the same hour by the clock on the wall when that is put forward', async (t, database) => {
  const { clock, boot, schedule, stores, rest, finish } = await world(database)
  await clock.advance(Date.UTC(2026, 2, 7, 14) - clock.now())
  const start = new Date(clock.now())
  const recurrence = { rule: 'FREQ=DAILY;COUNT=3', timeZone: 'America/New_York', startsAt: start }
  const seriesId = 'd'.repeat(24)
  await schedule(1, { recurrence, seriesId, occurrenceAt: start, scheduledDateTime: start })
  for (let day = 0; day < 3; day++) {
    const { items: [pending] } = await stores.scheduledCalls.list('ann', { filter: { seriesId, status: 'pending' } })
    await clock.advance(Math.max(0, Number(pending?.scheduledDateTime) - clock.now()))
    await finish(String(pending?._id), [boot(), boot()])
  }
  t.same(rest.made.map(({ createdAt }) => createdAt.toISOString().slice(0, 16)), ['2026-03-07T14:00', '2026-03-08T13:00', '2026-03-09T13:00'])
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

eachEngine('a machine that answers is no success unless it took a message; whether one is looked for is the schedule\'s to say', async (t, database) => {
  const { boot, schedule, state, finish, stores, rest, clock } = await world(database)
  await stores.agents.create('ann', { name: 'Caller', phoneNumber: FROM, direction: 'outgoing', sttModel: 's', inferenceModel: 'm', ttsModel: 't', ttsVoice: 'v', systemPrompt: '', greeting: '', temperature: 0, maxTokens: 100, active: true })
  const keep = async (fields: object, endReason?: string) => {
    const { _id } = await schedule(1, { callType: 'ai', ...fields })
    const worker = boot()
    await worker.work()
    const { sid = '', machines } = rest.made.at(-1) ?? {}
    if (endReason !== undefined) await stores.calls.noteAnsweredBy(sid, 'machine_end_beep')
    await clock.advance(1_000)
    await finish(_id, [worker], () => endReason ?? 'caller_hung_up')
    return { machines, ...await state(_id) }
  }
  t.match(await keep({}, 'answering_machine'), { machines: { detect: 'Enable' }, status: 'failed', results: [{ outcome: 'machine' }] })
  t.match(await keep({}, 'voicemail_left'), { status: 'completed', results: [{ outcome: 'voicemail' }] })
  t.match(await keep({ detectMachines: false }), { machines: undefined, status: 'completed', results: [{ outcome: 'reached' }] })
  t.match(await keep({ retry: { on: ['machine'], count: 1, delayMinutes: 1 } }, 'answering_machine'), { status: 'completed', results: [{ outcome: 'reached', attempts: 2 }] }, 'the next time a person answers')
})

eachEngine('schedules that wait for a place get it one after the other', async (t, database) => {
  const { boot, schedule, finish, stores, timesCalled } = await world(database)
  await stores.callingRules.change('ann', { maxConcurrentCalls: 1 })
  const schedules = [await schedule(1), await schedule(1), await schedule(1)]
  const worker = boot()
  for (const { _id } of schedules) await finish(_id, [worker])
  t.same(timesCalled(schedules.flatMap(({ toPhoneNumbers }) => toPhoneNumbers)), [1, 1, 1])
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
