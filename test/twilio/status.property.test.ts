import fc from 'fast-check'
import { pino } from 'pino'
import type { CallRecord } from '../../src/store/calls.ts'
import { LiveCalls } from '../../src/twilio/live-calls.ts'
import { Reaper } from '../../src/twilio/reaper.ts'
import { TwilioRest } from '../../src/twilio/rest.ts'
import { statusRoute } from '../../src/twilio/status.ts'
import { eachStores } from '../support/engines.ts'
import { listenTwilio } from '../support/twilio.ts'
import { AUTH_TOKEN, CALLER, NUMBER, OWNER, webhookServer } from '../support/webhooks.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND

/** How a call goes, in seconds since it was asked for. */
const LIVES = [
  [['initiated', 1], ['ringing', 3], ['in-progress', 9], ['completed', 70]],
  [['initiated', 2], ['ringing', 4], ['no-answer', 34]],
  [['initiated', 1], ['busy', 2]],
  [['failed', 1]]
] as const

/** What becomes of one callback: it is lost, or arrives after so many seconds, once or more often. */
const delivery = fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, { weight: 3, arbitrary: fc.array(fc.nat(400), { minLength: 1, maxLength: 3 }) })

const scenario = fc.record({
  life: fc.constantFrom(...LIVES),
  deliveries: fc.array(delivery, { minLength: 4, maxLength: 4 }),
  /** When the socket's end is written, in seconds after it; undefined: its process was killed. */
  socketEnd: fc.option(fc.nat(400), { nil: undefined }),
  rounds: fc.array(fc.nat(1500), { maxLength: 4 })
})

type Scenario = typeof scenario extends fc.Arbitrary<infer S> ? S : never

/** What of a record must not depend on which news came, when, and how often. */
const SETTLED = ['status', 'end_reason', 'end_time', 'duration_seconds', 'carrier_status', 'carrier_duration_seconds', 'price', 'price_unit', 'carrier_check_at'] as const
const settled = (call: CallRecord): object => Object.fromEntries(SETTLED.map((field) => [field, call[field]]))

eachStores('whatever callbacks are lost, late or repeated, the record ends the same', async (t, { stores, clock }) => {
  const { url, account } = await listenTwilio(t, clock, AUTH_TOKEN)
  const { post } = await webhookServer(t, async (app, deps) => await app.register(statusRoute, deps), undefined, { stores, clock })
  const rest = new TwilioRest(url)
  const reapers = [1, 2].map(() => new Reaper({ clock, stores, rest, liveCalls: new LiveCalls({ clock, maxCalls: 10 }), log: pino({ level: 'silent' }) }))

  const run = async ({ life, deliveries, socketEnd, rounds }: Scenario) => {
    // Whole seconds, as Twilio's times are.
    await clock.advance(SECOND - clock.now() % SECOND)
    const startMs = clock.now()
    const call = account.phoneCalls.place({ From: NUMBER, To: CALLER, StatusCallback: 'https://voice.example.org/twilio/status', StatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'] })
    await stores.calls.create({ userId: OWNER, call_sid: call.sid, from_number: NUMBER, to_number: CALLER, agent_id: 'a', session_id: 's', start_time: new Date(startMs), direction: 'outgoing' })
    const plan: Array<{ atMs: number, act: () => Promise<void> | void }> = []
    const [lastStatus, lastAt] = life.at(-1) ?? ['failed', 0]
    for (const [index, [status, at]] of life.entries()) {
      plan.push({
        atMs: at * SECOND,
        act: () => {
          for (const { form } of account.phoneCalls.progress(call, status)) {
            for (const delay of deliveries[index] ?? []) {
              plan.push({ atMs: (at + delay) * SECOND, act: async () => { t.equal((await post('/twilio/status', form)).statusCode, 204) } })
            }
          }
        }
      })
    }
    const answered = lastStatus === 'completed'
    const endMs = startMs + lastAt * SECOND + 120
    if (answered && socketEnd !== undefined) {
      plan.push({ atMs: (lastAt + socketEnd) * SECOND, act: async () => { await stores.calls.complete(call.sid, { end_time: new Date(endMs), end_reason: 'caller_hung_up' }, 0) } })
    }
    plan.push({ atMs: (lastAt + 200) * SECOND, act: () => { call.price = '-0.0140' } })
    for (const at of rounds) plan.push({ atMs: at * SECOND, act: async () => { await Promise.all(reapers.map(async (reaper) => { await reaper.work() })) } })
    // In the end nothing more is lost: the reaper comes round again and again.
    for (let at = 30; at <= 75; at += 5) plan.push({ atMs: at * MINUTE, act: async () => { await reapers[0]?.work() } })
    while (plan.length > 0) {
      plan.sort((a, b) => a.atMs - b.atMs)
      const next = plan.shift()
      await clock.advance(Math.max(0, startMs + (next?.atMs ?? 0) - clock.now()))
      await next?.act()
    }
    const record = await stores.calls.findBySid(call.sid)
    t.ok(record)
    const own = answered && socketEnd !== undefined
    const end = new Date(own ? endMs : startMs + lastAt * SECOND + 999)
    return {
      is: record && settled(record),
      expected: {
        status: 'completed',
        end_reason: own ? 'caller_hung_up' : `twilio_${lastStatus}`,
        end_time: end,
        duration_seconds: (end.getTime() - startMs) / 1000,
        carrier_status: lastStatus,
        carrier_duration_seconds: answered ? 61 : 0,
        price: -0.014,
        price_unit: 'USD',
        carrier_check_at: undefined
      }
    }
  }

  await fc.assert(fc.asyncProperty(scenario, async (given) => {
    const { is, expected } = await run(given)
    if (JSON.stringify(is) !== JSON.stringify(expected)) throw new Error(`${JSON.stringify(is)} is not ${JSON.stringify(expected)}`)
  }), { numRuns: 20 })
})
