import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { SimulatedStt } from '../../src/replay/simulated-stt.ts'
import { runVirtually } from '../../src/replay/virtual-time.ts'

test('answers after its latency, and refuses what it does not take', async (t) => {
  const clock = new VirtualClock(0)
  const stt = new SimulatedStt({ clock, hear: (pcm, request) => `${pcm.length} samples, request ${request}`, latencyMs: 250 })
  const request = { pcm: new Int16Array(80), sampleRateHz: 8000, model: '' }
  const ask = async () => ({ ...await stt.transcribe(request, new AbortController().signal), atMs: clock.now() })
  t.same(await runVirtually(clock, ask(), 1000), { text: '80 samples, request 0', atMs: 250 })
  t.match(await runVirtually(clock, ask(), 1000), { text: '80 samples, request 1' })
  await t.rejects(stt.transcribe({ ...request, sampleRateHz: 16_000 }, new AbortController().signal), { code: 'provider_rejected' })
})
