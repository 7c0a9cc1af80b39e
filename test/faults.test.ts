import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { test, type Test } from 'tap'
import { WebSocket } from 'ws'
import { systemClock, VirtualClock, type Timer } from '../src/clock.ts'
import { EarshotError, type ErrorCode } from '../src/errors.ts'
import { runCaller } from '../src/replay/caller.ts'
import { CALLER_NUMBER, DEMO_NUMBER } from '../src/replay/seed.ts'
import { sleep } from '../src/sleep.ts'
import { makeStreamToken } from '../src/twilio/stream-token.ts'
import { openVirtualGateway, type VirtualGateway } from '../src/virtual-gateway.ts'
import { buildVirtual, call, say, simulated, type SimulatedOptions } from './support/build.ts'
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

test('a process that stands still for 300 ms while it speaks: what was sent ahead covers it, and all is said', async (t) => {
  const clock = new PausingClock()
  const gateway = await openVirtualGateway({ dataDir: folder(t), clock, providers: (clock) => simulated(clock) })
  t.teardown(() => gateway.close(0))
  clock.pause = { fromMs: clock.now() + 1_500, toMs: clock.now() + 1_800 }
  const { report, transcript } = await call(gateway, STEPS)
  t.match(transcript, TALK)
  t.same(report.gaps, [])
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

test('a far end that stops reading its socket is given up before the backlog grows, and no other call notices', async (t) => {
  const gateway = await buildVirtual(t, { agent: { greeting: 'This goes on and on. '.repeat(60) } })
  const { app, clock, deps: { stores, liveCalls, metrics } } = gateway
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const agent = await stores.agents.findActiveIncoming(DEMO_NUMBER)
  const { token, hash, expiresAt } = makeStreamToken(clock)
  await stores.calls.create({ userId: agent?.userId ?? '', call_sid: 'CAdeaf', from_number: CALLER_NUMBER, to_number: DEMO_NUMBER, agent_id: agent?._id ?? '', session_id: 's', start_time: new Date(clock.now()), stream_token_hash: hash, stream_token_expires_at: expiresAt })

  const socket = new WebSocket(`${address.replace('http', 'ws')}/twilio/media`, { perMessageDeflate: false })
  t.teardown(() => socket.terminate())
  socket.on('error', () => {})
  await once(socket, 'open')
  socket.send(JSON.stringify({ event: 'start', streamSid: 'MZdeaf', start: { streamSid: 'MZdeaf', callSid: 'CAdeaf', customParameters: { token }, mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 } } }))
  const turn = async () => await new Promise((resolve) => setImmediate(resolve))
  while (liveCalls.live === 0) await turn()
  socket.pause()
  // Nothing waits in this process before the system's own buffers are full: of some megabytes, which answers to pings fill sooner than speech.
  const [ours] = app.websocketServer.clients as Set<WebSocket>
  if (ours === undefined) throw new Error('There is no socket.')
  for (let n = 0; ours.bufferedAmount === 0; n++) {
    if (n % 20 === 0) await turn()
    socket.ping(Buffer.alloc(125))
  }
  t.equal(ours.readyState, WebSocket.OPEN)

  const talk = runCaller(clock, gateway.phone(), STEPS)
  let mostBytes = 0
  while (ours.readyState === WebSocket.OPEN) {
    await clock.advance(100)
    mostBytes = Math.max(mostBytes, ours.bufferedAmount)
  }
  t.ok(mostBytes > 200_000 && mostBytes < 300_000, `${mostBytes} bytes at most`)
  t.match(await metrics.streamErrors.get(), { values: [{ labels: { kind: 'slow_consumer' }, value: 1 }] })
  t.match((await stores.calls.findBySid('CAdeaf')), { status: 'completed', end_reason: 'connection_lost' })
  const { callSid, gaps } = await gateway.run(talk)
  t.same(gaps, [])
  t.match((await stores.calls.findBySid(callSid))?.transcript.map(({ role, text }) => `${role}: ${text}`), [/^assistant: This goes on/, ...TALK.slice(1)])
})

test('docs/faults.md names tests that there are', (t) => {
  const rows = readFileSync('docs/faults.md', 'utf8').split('\n').filter((line) => line.startsWith('| ')).slice(1)
  const named = rows.flatMap((row) => [...row.matchAll(/`(test\/\S+\.test\.ts)`: ([^;|]+)/g)].map(([, file = '', name = '']) => ({ file, name: name.trim() })))
  t.ok(rows.length >= 12 && named.length >= rows.length, `${rows.length} faults, ${named.length} tests`)
  for (const { file, name } of named) t.ok(existsSync(file) && readFileSync(file, 'utf8').replaceAll("\\'", "'").includes(name), `${file}: ${name}`)
  t.end()
})
