import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { ProviderError } from '../../src/resilience.ts'
import { resilientTts } from '../../src/tts/resilient.ts'
import type { Tts, TtsRequest } from '../../src/tts/tts.ts'

test('the fallback speaks the same text, with its own model and voice', async (t) => {
  const asked: TtsRequest[] = []
  const broken: Tts = { synthesize: async function * () { throw new ProviderError('provider_rejected') } }
  const spare: Tts = { synthesize: async function * (request) { asked.push(request); yield Int16Array.of(1, 2) } }
  const chunks: Int16Array[] = []
  const tts = resilientTts(broken, spare, { clock: new VirtualClock(), timeoutMs: 1000 })
  for await (const pcm of tts.synthesize({ text: 'Hi', model: 'tts-1', voice: 'nova' }, new AbortController().signal)) chunks.push(pcm)
  t.same(chunks, [Int16Array.of(1, 2)])
  t.same(asked, [{ text: 'Hi', model: '', voice: '' }])
})
