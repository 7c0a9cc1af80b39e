import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { ProviderError } from '../../src/resilience.ts'
import { resilientStt } from '../../src/stt/resilient.ts'
import type { Stt, SttRequest } from '../../src/stt/stt.ts'

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
