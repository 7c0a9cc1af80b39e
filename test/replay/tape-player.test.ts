import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import type { EarshotError } from '../../src/errors.ts'
import type { LlmRequest } from '../../src/llm/llm.ts'
import { tapeProviders } from '../../src/replay/tape-player.ts'
import { recordProviders, type Providers } from '../../src/replay/tape-recorder.ts'
import { openTape } from '../../src/replay/tape-writer.ts'
import { parseTape, readTape, type TapeEntry } from '../../src/replay/tape.ts'
import { SimulatedLlm } from '../../src/replay/simulated-llm.ts'
import { SimulatedStt } from '../../src/replay/simulated-stt.ts'
import { SimulatedTts } from '../../src/replay/simulated-tts.ts'
import { runVirtually } from '../../src/replay/virtual-time.ts'
import { header } from '../support/tape-header.ts'

const never = new AbortController().signal
const pcm = Int16Array.from({ length: 800 }, (_, i) => i)
const llmRequest = (content: string): LlmRequest => ({ model: 'm', messages: [{ role: 'user', content }], temperature: 0, maxTokens: 10 })

/** Everything a provider gives, with the time of each piece. */
const drain = async <Piece>(clock: VirtualClock, source: AsyncIterable<Piece>, pieces = Infinity) => {
  const startMs = clock.now()
  const got: unknown[] = []
  try {
    for await (const piece of source) {
      got.push([clock.now() - startMs, piece instanceof Int16Array ? Array.from(piece) : piece])
      if (got.length === pieces) break
    }
  } catch (error) {
    got.push([clock.now() - startMs, (error as EarshotError).code])
  }
  return got
}

/** The same requests to any providers. */
const conversation = (clock: VirtualClock, { stt, llm, tts }: Providers) => runVirtually(clock, (async () => [
  await stt.transcribe({ pcm, sampleRateHz: 8000, model: 'm' }, never), clock.now(),
  await drain(clock, llm.stream(llmRequest('one'), never)),
  await drain(clock, llm.stream(llmRequest('two'), never)),
  await drain(clock, tts.synthesize({ text: 'Hello there.', model: 'm', voice: 'v' }, never)),
  await stt.transcribe({ pcm, sampleRateHz: 8000, model: 'm' }, never).catch((error: EarshotError) => error.code), clock.now()
])(), 60_000)

const simulated = (clock: VirtualClock): Providers => ({
  stt: new SimulatedStt({ clock, hear: () => 'hello', fail: (request) => request === 1 ? { kind: 'error', code: 'provider_rate_limited', afterMs: 40 } : undefined, jitterMs: 30 }),
  llm: new SimulatedLlm({ clock, fail: (request) => request === 1 ? { kind: 'cut', afterPieces: 2 } : undefined, jitterMs: 30 }),
  tts: new SimulatedTts({ clock })
})

test('recorded providers answer as they did, failures and timing included', async (t) => {
  const path = `${t.testdir()}/call.ndjson`
  const clock = new VirtualClock(0)
  const writer = openTape(path, header)
  const original = await conversation(clock, recordProviders(simulated(clock), clock, 0, writer.write))
  await writer.close()
  const tape = await readTape(path)
  t.same(tape.entries.map(({ type, atMs }) => `${type}@${atMs > 0}`), ['stt@false', 'llm@true', 'llm@true', 'tts@true', 'stt@true'])
  const roundTimes = (value: unknown): unknown => JSON.parse(JSON.stringify(value), (_, item: unknown) => typeof item === 'number' ? Math.round(item) : item)
  const again = new VirtualClock(0)
  t.same(roundTimes(await conversation(again, tapeProviders(tape, again))), roundTimes(original))
})

test('what the gateway broke off is recorded as far as it came, and a whole answer goes first in a replay', async (t) => {
  const clock = new VirtualClock(0)
  const entries: TapeEntry[] = []
  const { llm, stt } = recordProviders(simulated(clock), clock, 0, (entry) => entries.push(entry))
  const abort = new AbortController()
  clock.setTimeout(() => abort.abort(), 100)
  await runVirtually(clock, stt.transcribe({ pcm, sampleRateHz: 8000, model: 'm' }, abort.signal).catch(() => {}), 1000)
  await runVirtually(clock, drain(clock, llm.stream(llmRequest('one'), never), 1), 10_000)
  const aborted = entries.map((entry) => 'end' in entry && entry.end.outcome)
  t.same(aborted, ['aborted', 'aborted'])
  t.match(entries[1], { pieces: [{ event: { type: 'text', text: 'You' } }] })

  const broken = tapeProviders({ header, entries }, clock)
  t.match(await runVirtually(clock, drain(clock, broken.llm.stream(llmRequest('one'), never)), 10_000), [[Number, { text: 'You' }], [Number, 'provider_timeout']])
  const whole: TapeEntry = { type: 'llm', atMs: 9, request: llmRequest('one'), pieces: [{ afterMs: 5, event: { type: 'text', text: 'Whole.' } }], end: { outcome: 'answered', afterMs: 6 } }
  const mended = tapeProviders({ header, entries: [...entries, whole] }, clock)
  t.match(await runVirtually(clock, drain(clock, mended.llm.stream(llmRequest('one'), never)), 1000), [[5, { text: 'Whole.' }]])
})

test('another question gets the next answer nobody asked for, and another text a simulated voice', async (t) => {
  const clock = new VirtualClock(0)
  const answer = (content: string, text: string): TapeEntry => ({ type: 'llm', atMs: 0, request: llmRequest(content), pieces: [{ afterMs: 0, event: { type: 'text', text } }], end: { outcome: 'answered', afterMs: 0 } })
  const { llm, tts } = tapeProviders({ header, entries: [answer('a', 'A'), answer('b', 'B')] }, clock)
  const ask = async (content: string) => JSON.stringify(await runVirtually(clock, drain(clock, llm.stream(llmRequest(content), never)), 1000))
  t.match(await ask('b'), /"B"/)
  t.match(await ask('b'), /"B"/, 'asked again, the same answer')
  t.match(await ask('something else'), /"A"/)
  const speech = await runVirtually(clock, drain(clock, tts.synthesize({ text: 'Hello there.', model: '', voice: '' }, never)), 1000)
  t.equal(speech.length, 8, 'twelve characters last 0.8 s')
  const { stt } = tapeProviders({ header, entries: [] }, clock)
  await t.rejects(stt.transcribe({ pcm, sampleRateHz: 8000, model: '' }, never), { code: 'provider_rejected', message: /holds no recognition/ })
})

test('a tape is never written over, and a missing one is told by name', async (t) => {
  const dir = t.testdir({ 'old.ndjson': 'old' })
  const writer = openTape(`${dir}/old.ndjson`, header)
  writer.write({ type: 'twilio', atMs: 0, message: { event: 'connected' } })
  await t.rejects(writer.close(), { code: 'EEXIST' })
  t.equal(await readFile(`${dir}/old.ndjson`, 'utf8'), 'old')
  await t.rejects(readTape(`${dir}/none.ndjson`), { code: 'not_found', message: /none\.ndjson cannot be read/ })
  await writeFile(`${dir}/bad.ndjson`, '{}\n')
  await t.rejects(readTape(`${dir}/bad.ndjson`), { code: 'invalid', message: /bad\.ndjson:1: / })
  t.throws(() => parseTape('', 'x'))
})
