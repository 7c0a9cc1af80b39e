import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { ProviderError } from '../../src/resilience.ts'
import { resilientStt } from '../../src/stt/resilient.ts'
import { openAiStt } from '../../src/stt/openai.ts'
import type { Stt, SttRequest } from '../../src/stt/stt.ts'
import { after, hang, json, startOpenAiServer } from '../support/openai-server.ts'

test('the fallback hears the same audio, with its own model', async (t) => {
  const heard: SttRequest[] = []
  const broken: Stt = { transcribe: async () => { throw new ProviderError('provider_rejected') } }
  const spare: Stt = { transcribe: async (request) => { heard.push(request); return { text: 'Hello.' } } }
  const request = { pcm: new Int16Array(80), sampleRateHz: 8000, model: 'whisper-1', language: 'en' }
  const stt = resilientStt(broken, spare, { clock: new VirtualClock(), timeoutMs: 1000 })
  t.same(await stt.transcribe(request, new AbortController().signal), { text: 'Hello.' })
  t.same(heard, [{ ...request, model: '' }])
  const alone = resilientStt(broken, undefined, { clock: new VirtualClock(), timeoutMs: 1000 })
  await t.rejects(alone.transcribe(request, new AbortController().signal), { code: 'provider_rejected' })
})

test('over a real connection: an answer in time is taken, and what hangs is closed at the deadline', async (t) => {
  const server = await startOpenAiServer(t)
  const clock = new VirtualClock()
  const stt = resilientStt(openAiStt({ baseUrl: server.baseUrl, apiKey: '', model: 'm' }), undefined, { clock, timeoutMs: 1000 })
  const transcribe = async () => await stt.transcribe({ pcm: new Int16Array(800), sampleRateHz: 8000, model: '' }, new AbortController().signal)

  let answer = () => {}
  server.answer(after(new Promise<void>((resolve) => { answer = resolve }), json({ text: 'Just in time.' })), hang())
  let arrived = server.nextRequest()
  const inTime = transcribe()
  await arrived
  await clock.advance(999)
  answer()
  t.equal((await inTime).text, 'Just in time.')
  t.equal(clock.pendingTimers, 0)

  arrived = server.nextRequest()
  const late = t.rejects(transcribe(), { code: 'provider_timeout' })
  const first = await arrived
  await clock.advance(1000)
  await first.aborted
  arrived = server.nextRequest()
  await clock.advance(100)
  const second = await arrived
  await clock.advance(1000)
  await second.aborted
  await late
  t.equal(server.requests.length, 3)
  t.equal(clock.pendingTimers, 0)
})
