import { test } from 'tap'
import { VirtualClock } from '../src/clock.ts'
import { EarshotError } from '../src/errors.ts'
import { meteredProviders, onBehalfOf } from '../src/metered.ts'
import type { Providers } from '../src/providers.ts'
import { SimulatedLlm } from '../src/replay/simulated-llm.ts'
import { SimulatedStt } from '../src/replay/simulated-stt.ts'
import { SimulatedTts } from '../src/replay/simulated-tts.ts'
import { CallUsage, type Use } from '../src/usage.ts'

const speech = { pcm: new Int16Array(16_000), sampleRateHz: 8000, model: '' }
const question = { model: 'big', messages: [{ role: 'user' as const, content: 'How are you today?' }], temperature: 0, maxTokens: 10 }
const sentence = { text: 'Fine, thanks.', model: '', voice: '' }

const metered = (change: Partial<Providers> = {}) => {
  const clock = new VirtualClock()
  const usage = new CallUsage()
  const ended: Use[] = []
  const simulated: Providers = { stt: new SimulatedStt({ clock, hear: () => 'hello' }), llm: new SimulatedLlm({ clock, reply: () => 'Fine, thanks.' }), tts: new SimulatedTts({ clock }), ...change }
  const { stt, llm, tts } = onBehalfOf(meteredProviders(simulated, { provider: 'p', model: 'usual' }, { end: (use) => { ended.push(use) } }), usage)
  const run = async (work: (signal: AbortSignal) => Promise<unknown>, abortAfterMs?: number) => {
    const controller = new AbortController()
    if (abortAfterMs !== undefined) clock.setTimeout(() => controller.abort(new Error('not wanted')), abortAfterMs)
    const done = work(controller.signal).catch(() => {})
    await clock.advance(20_000)
    await done
  }
  const all = async (items: AsyncIterable<unknown>, atMost = Infinity) => {
    const read: unknown[] = []
    for await (const item of items) if (read.push(item) >= atMost) break
  }
  return { stt, llm, tts, usage, ended, run, all }
}

test('a request of each stage, by the model that served it', async (t) => {
  const { stt, llm, tts, usage, ended, run, all } = metered()
  await run((signal) => stt.transcribe(speech, signal))
  await run((signal) => all(llm.stream(question, signal)))
  await run((signal) => all(tts.synthesize(sentence, signal)))
  const [ears, mind, voice] = usage.rows
  t.same(ears, { stage: 'stt', provider: 'p', model: 'usual', requests: 1, audioSeconds: 2 })
  t.match(mind, { stage: 'llm', model: 'big', requests: 1, inputTokens: Number, outputTokens: 2 }, 'the model\'s own count')
  t.match(voice, { stage: 'tts', model: 'usual', requests: 1, characters: 13 })
  t.ok(Number(voice?.audioSeconds) > 0.3, 'the length of what was spoken')
  t.same(ended.map(({ stage }) => stage), ['stt', 'llm', 'tts'], 'the process is told as well')
})

test('what is thrown away has its price too', async (t) => {
  const { stt, llm, tts, usage, run, all } = metered()
  await run((signal) => stt.transcribe(speech, signal), 100)
  await run((signal) => all(llm.stream(question, signal)), 100)
  await run((signal) => all(llm.stream(question, signal), 1))
  await run((signal) => all(tts.synthesize(sentence, signal), 2))
  t.match(usage.rows, [
    { stage: 'stt', audioSeconds: 2 },
    { stage: 'llm', requests: 2, inputTokens: Number, outputTokens: 2 },
    { stage: 'tts', characters: 13, audioSeconds: 0.2 }
  ])
  t.ok(Number(usage.rows[1]?.inputTokens) >= 10, 'estimated by the length of the messages')
})

test('a request counts from when it is made: the call may end before it does', async (t) => {
  const { tts, usage } = metered()
  const pieces = tts.synthesize(sentence, new AbortController().signal)[Symbol.asyncIterator]()
  const first = pieces.next()
  t.match(usage.rows, [{ characters: 13 }])
  first.catch(() => {})
})

test('what a provider refuses costs nothing', async (t) => {
  const refuse = () => { throw new EarshotError('provider_rejected') }
  const { stt, llm, usage, ended, run, all } = metered({ stt: { transcribe: async () => refuse() }, llm: { async * stream () { refuse() } } })
  await run((signal) => stt.transcribe(speech, signal))
  await run((signal) => all(llm.stream(question, signal)))
  t.same(usage.rows, [])
  t.same(ended.map(({ requests }) => requests), [0, 0])
})
