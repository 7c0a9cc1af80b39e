import { join } from 'node:path'
import { test, type Test } from 'tap'
import { stockPhrases } from '../src/call/stock-phrases.ts'
import { VirtualClock } from '../src/clock.ts'
import { runCaller } from '../src/replay/caller.ts'
import { settledStores } from '../src/replay/settled-stores.ts'
import { socketPair } from '../src/replay/transport.ts'
import type { TwilioPhone } from '../src/replay/twilio-phone.ts'
import { openStores } from '../src/store/open.ts'
import { holdingTime } from '../src/replay/virtual-time.ts'
import { acceptMediaStream } from '../src/twilio/media-stream.ts'
import { openVirtualGateway, type VirtualGateway } from '../src/virtual-gateway.ts'
import { say, simulated } from './support/build.ts'
import { folder } from './support/folder.ts'

const DRAIN_MS = 30_000
const { cutOff } = stockPhrases('en')

/** Two processes on one database, and phones that reach the one that `pick` says. */
const startTwo = async (t: Test) => {
  const dir = folder(t)
  const clock = new VirtualClock()
  const stores = settledStores(await openStores({ dataDir: join(dir, 'shared'), clock }), clock)
  t.teardown(() => stores.close())
  const start = async (name: string) => await openVirtualGateway({
    dataDir: join(dir, name),
    clock,
    stores: { ...stores, close: async () => {} },
    providers: (clock) => simulated(clock),
    agent: { greeting: 'Hello there.', turnTaking: { idleMs: 0 } }
  })
  const ending = await start('ending')
  const staying = await start('staying')
  t.teardown(() => staying.close(0))
  const call = (pick: () => VirtualGateway): TwilioPhone => staying.phone({
    post: holdingTime(clock, async (url, headers, payload) => {
      const { pathname, search } = new URL(url)
      const { statusCode, headers: answered, body } = await pick().app.inject({ method: 'POST', url: pathname + search, headers, payload })
      return { status: statusCode, contentType: String(answered['content-type']), body }
    }),
    connect: async () => {
      const pair = socketPair()
      acceptMediaStream(pair.gateway, pick().deps)
      return pair.phone
    }
  })
  return { clock, stores, ending, staying, call }
}

test('of two processes with 50 calls one ends: no call is cut, those that outlast the drain time go on at the other with all that was said', async (t) => {
  const { clock, stores, ending, staying, call } = await startTwo(t)
  // A balancer that knows nothing of who is ready, only that a process which has closed takes no connections.
  let up = [ending]
  let turn = 0
  const pick = (): VirtualGateway => {
    const open = up.filter(({ deps }) => !deps.liveCalls.over)
    return open[turn++ % open.length] ?? staying
  }
  const phones = Array.from({ length: 50 }, () => call(pick))
  const [short, long] = [phones.slice(0, 25), phones.slice(25)]
  // The first half is done in time; the others are in the middle of an answer when the time is over.
  const talks = [
    ...short.map(async (phone) => await runCaller(clock, phone, [{ do: 'listen' }, say('demo-4'), { do: 'listen' }])),
    ...long.map(async (phone) => await runCaller(clock, phone, [{ do: 'listen' }, { do: 'wait', forMs: 26_500 }, say('demo-1'), { do: 'wait', forMs: 60_000 }]))
  ]
  await clock.advance(5_000)
  t.equal(ending.deps.liveCalls.live, 50)

  up = [ending, staying]
  const closing = ending.close(DRAIN_MS)
  await clock.settle()
  t.equal((await ending.app.inject('/ready')).statusCode, 503, 'not ready at once')
  t.equal((await ending.app.inject('/health')).statusCode, 200)
  const late = Array.from({ length: 6 }, () => call(pick))
  const lateTalks = late.map(async (phone) => await runCaller(clock, phone, [{ do: 'listen' }, { do: 'wait', forMs: 60_000 }]))
  await closing
  t.equal(ending.deps.liveCalls.live, 0)

  const reports = await staying.run(Promise.all([...talks, ...lateTalks]))
  t.ok(reports.every(({ endedBy }) => endedBy === 'caller'), 'every call lasted until its caller hung up')
  await clock.advance(1000)
  t.equal(staying.deps.liveCalls.count, 0)
  const recordOf = async ({ callSid }: TwilioPhone) => await stores.calls.findBySid(callSid)
  for (const phone of short) {
    t.match(await recordOf(phone), { status: 'completed', end_reason: 'caller_hung_up', resume_count: 0, turn_count: 3 })
    t.equal(phone.events.filter(({ type }) => type === 'stream_opened').length, 1)
  }
  for (const phone of long) {
    const record = await recordOf(phone)
    t.match(record, { status: 'completed', end_reason: 'caller_hung_up' })
    t.match(record?.transcript.map(({ role, text }) => `${role}: ${text}`), ['assistant: Hello there.', /^user: Hello/, /^assistant: You said/, /./])
    const lostAtMs = phone.events.find(({ type }) => type === 'stream_closed')?.atMs ?? NaN
    const heardAtMs = phone.events.find(({ type, atMs }) => type === 'agent_started' && atMs > lostAtMs)?.atMs ?? NaN
    t.ok(heardAtMs - lostAtMs < 10_000, `spoken to again after ${heardAtMs - lostAtMs} ms`)
    t.ok(record?.transcript.some(({ text }) => text === cutOff))
  }
  for (const phone of late) t.match(await recordOf(phone), { status: 'completed', end_reason: 'caller_hung_up' }, 'a call that came meanwhile is taken too')
})

test('one process alone: its callers wait and ask again until it is back, with what they said', async (t) => {
  const { clock, stores, ending, staying, call } = await startTwo(t)
  let current = ending
  const phone = call(() => current)
  const talk = runCaller(clock, phone, [{ do: 'listen' }, { do: 'wait', forMs: 40_000 }])
  await clock.advance(5_000)
  await ending.deps.liveCalls.drain(0)
  await clock.advance(9_000)
  t.ok(phone.events.filter(({ type }) => type === 'webhook').length >= 5, 'asked again every two seconds')
  t.notOk(phone.ended)
  current = staying
  await staying.run(talk)
  const record = await stores.calls.findBySid(phone.callSid)
  t.same(record?.transcript.map(({ text }) => text), ['Hello there.', cutOff])
  await ending.close(0)
})

test('what two streams of one call store at the same time is all kept', async (t) => {
  const { clock, stores, staying, ending, call } = await startTwo(t)
  t.teardown(() => ending.close(0))
  const phone = call(() => staying)
  const talk = runCaller(clock, phone, [{ do: 'listen' }, { do: 'wait', forMs: 1000 }, say('demo-4'), { do: 'listen' }])
  await clock.advance(4_000)
  await stores.calls.appendTurn(phone.callSid, 1, { role: 'assistant', text: 'A late turn of the stream before.', timestamp: new Date(clock.now()) })
  await staying.run(talk)
  await clock.advance(1000)
  const record = await stores.calls.findBySid(phone.callSid)
  t.match(record?.transcript.map(({ text }) => text), ['Hello there.', 'A late turn of the stream before.', 'Thank you. Goodbye.', /^You said: Thank you/])
})
