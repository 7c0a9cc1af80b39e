import { existsSync, readFileSync } from 'node:fs'
import { test, type Test } from 'tap'
import { systemClock, VirtualClock, type Timer } from '../src/clock.ts'
import { EarshotError, type ErrorCode } from '../src/errors.ts'
import { sleep } from '../src/replay/sleep.ts'
import { socketPair } from '../src/replay/transport.ts'
import { acceptMediaStream } from '../src/twilio/media-stream.ts'
import { openVirtualGateway, type VirtualGateway } from '../src/virtual-gateway.ts'
import { build, buildVirtual, call, say, simulated, type SimulatedOptions } from './support/build.ts'
import { folder } from './support/folder.ts'

const STEPS = [{ do: 'listen' as const }, say('demo-1'), { do: 'listen' as const }, say('demo-4'), { do: 'listen' as const }]
const TALK = [
  'assistant: Hello, how can I help you?',
  /^user: Hello/,
  /^assistant: You said: Hello/,
  'user: Thank you. Goodbye.',
  'assistant: You said: Thank you. Goodbye. Is there anything else?'
]

/** Has the store of turns do something before each of them. */
const beforeEachTurn = ({ deps: { stores: { calls } } }: VirtualGateway, act: (tries: number) => Promise<void>): void => {
  const append = calls.appendTurn.bind(calls)
  let tries = 0
  calls.appendTurn = async (...args) => {
    await act(tries++)
    await append(...args)
  }
}

test('the database is away for 30 s of a call: nobody hears it, and every turn is stored in order', async (t) => {
  const gateway = await buildVirtual(t)
  const { clock } = gateway
  const backAtMs = clock.now() + 30_000
  let refused = 0
  beforeEachTurn(gateway, async () => {
    if (clock.now() >= backAtMs) return
    refused++
    throw new EarshotError('store_unavailable')
  })
  const { report, transcript } = await call(gateway, STEPS)
  t.ok(refused > 1, `${refused} tries`)
  t.same(report.gaps, [])
  t.match(transcript, TALK)
})

test('a database that takes seconds for each turn slows no answer down', async (t) => {
  const quick = await call(await buildVirtual(t), STEPS)
  const gateway = await buildVirtual(t)
  const { calls } = gateway.deps.stores
  const append = calls.appendTurn.bind(calls)
  // Not through the stores of virtual time, for which the clock stands still.
  const slow = new Proxy(calls, { get: (from, name) => name === 'appendTurn' ? async (...args: Parameters<typeof append>) => { await sleep(gateway.clock, 4_000); await append(...args) } : Reflect.get(from, name) })
  Object.defineProperty(gateway.deps, 'stores', { value: { ...gateway.deps.stores, calls: slow } })
  const { report, transcript } = await call(gateway, STEPS)
  t.match(transcript, TALK)
  t.same(report.gaps, [])
  t.same(report.utterances.map(({ replyMs }) => replyMs), quick.report.utterances.map(({ replyMs }) => replyMs))
})

/** What a call with a provider that fails for a while comes to. */
const withFailing = async (t: Test, options: SimulatedOptions) => {
  const gateway = await buildVirtual(t, options)
  const { report, transcript } = await call(gateway, [{ do: 'listen' }, say('no'), { do: 'listen' }, say('demo-4'), { do: 'listen' }])
  t.equal(report.endedBy, 'caller', 'the call goes on')
  t.equal(gateway.deps.liveCalls.live, 0)
  return transcript
}

const CODES: ErrorCode[] = ['provider_timeout', 'provider_rate_limited', 'provider_unavailable', 'provider_rejected']

test('recognition and model fail, each in every way, for one turn: the caller hears a sentence, and the next turn is as ever', async (t) => {
  const lastTurn = 'user: Thank you. Goodbye.'
  for (const code of CODES) {
    const once = { fail: (request: number) => request === 0 ? { kind: 'error' as const, code } : undefined }
    const deaf = await withFailing(t, { stt: once })
    t.ok(deaf.includes(lastTurn) && deaf.some((turn) => /did not catch that/.test(turn)), `${code} of recognition: ${deaf.join(' / ')}`)
    const dumb = await withFailing(t, { llm: once })
    t.ok(dumb.includes(lastTurn) && dumb.some((turn) => /some trouble right now/.test(turn)), `${code} of the model: ${dumb.join(' / ')}`)
  }
  const half = await withFailing(t, { llm: { fail: (request) => request === 0 ? { kind: 'cut', afterPieces: 3 } : undefined } })
  t.ok(half.includes(lastTurn), `half a reply: ${half.join(' / ')}`)
})

/** A clock on which nothing happens between two times, as in a process that stands still. */
class PausingClock extends VirtualClock {
  pause = { fromMs: Infinity, toMs: Infinity }

  override setTimeout (fn: () => void, delayMs: number): Timer {
    const dueMs = this.now() + Math.max(0, delayMs)
    const { fromMs, toMs } = this.pause
    return super.setTimeout(fn, dueMs >= fromMs && dueMs < toMs ? toMs - this.now() : delayMs)
  }
}

test('a process that stands still for 300 ms while it speaks: what was sent ahead covers most of it, and all is said', async (t) => {
  const clock = new PausingClock()
  const gateway = await openVirtualGateway({ dataDir: folder(t), clock, providers: (clock) => simulated(clock) })
  t.teardown(() => gateway.close(0))
  clock.pause = { fromMs: clock.now() + 1_500, toMs: clock.now() + 1_800 }
  const { report, transcript } = await call(gateway, STEPS)
  t.match(transcript, TALK)
  t.ok(report.gaps.reduce((sum, { durationMs }) => sum + durationMs, 0) <= 150, JSON.stringify(report.gaps))
})

test('the wall clock is set back and forth by an hour: time in calls goes on as before', async (t) => {
  const { now } = Date
  t.teardown(() => { Date.now = now })
  for (const stepMs of [-3_600_000, 3_600_000]) {
    const beforeMs = systemClock.now()
    Date.now = () => now() + stepMs
    const afterMs = systemClock.now()
    t.ok(afterMs >= beforeMs && afterMs - beforeMs < 60_000, `${afterMs - beforeMs} ms`)
  }
})

test('a caller whose line takes nothing any more is given up before the backlog grows, and no other call notices', async (t) => {
  const gateway = await build(t, { agent: { greeting: 'Hi.' } })
  const stuck = gateway.phone({
    connect: async () => {
      const pair = socketPair()
      Object.defineProperty(pair.gateway, 'bufferedAmount', { value: 300_000 })
      acceptMediaStream(pair.gateway, gateway.deps)
      return pair.phone
    }
  })
  const lost = new Promise<number>((resolve) => stuck.on((event) => { if (event.type === 'stream_closed') resolve(event.code) }))
  const stuckCall = stuck.call()
  const { transcript } = await call(gateway, [{ do: 'listen', quietMs: 200 }])
  t.equal(await lost, 1008)
  stuck.hangUp()
  await stuckCall
  t.same(transcript, ['assistant: Hi.'])
})

test('docs/faults.md names tests that there are', (t) => {
  const rows = readFileSync('docs/faults.md', 'utf8').split('\n').filter((line) => line.startsWith('| ')).slice(1)
  const named = rows.flatMap((row) => [...row.matchAll(/`(test\/\S+\.test\.ts)`: ([^;|]+)/g)].map(([, file = '', name = '']) => ({ file, name: name.trim() })))
  t.ok(rows.length >= 12 && named.length >= rows.length, `${rows.length} faults, ${named.length} tests`)
  for (const { file, name } of named) t.ok(existsSync(file) && readFileSync(file, 'utf8').replaceAll("\\'", "'").includes(name), `${file}: ${name}`)
  t.end()
})
