import { test } from 'tap'
import { dbfs, rms } from '../../src/audio/level.ts'
import { VirtualClock } from '../../src/clock.ts'
import { SimulatedTts } from '../../src/replay/simulated-tts.ts'
import { speechLike } from '../../src/replay/speech-like.ts'
import { runVirtually } from '../../src/replay/virtual-time.ts'

const TEXT = 'Thanks for calling, how can I help you today?'

test('speech lasts as long as its text, in chunks that come faster than they are played', async (t) => {
  const clock = new VirtualClock(0)
  const tts = new SimulatedTts({ clock, firstByteMs: 200, realTimeFactor: 0.25 })
  const chunks: Array<{ atMs: number, samples: number }> = []
  await runVirtually(clock, (async () => {
    for await (const pcm of tts.synthesize({ text: TEXT, model: '', voice: '' }, new AbortController().signal)) chunks.push({ atMs: clock.now(), samples: pcm.length })
  })(), 10_000)
  t.equal(chunks.reduce((sum, { samples }) => sum + samples, 0) / 24_000, TEXT.length / 15, '15 characters a second')
  t.same(chunks.slice(0, 3), [{ atMs: 200, samples: 2400 }, { atMs: 225, samples: 2400 }, { atMs: 250, samples: 2400 }])
})

test('sounds like speech: at its level, with silence between words, and each text its own way', async (t) => {
  const speech = speechLike(TEXT, 8000)
  const level = dbfs(rms(speech))
  t.ok(level > -24 && level < -14, `${level} dBFS`)
  const space = TEXT.indexOf(' ')
  const samplesOf = (character: number) => [Math.round((character + 0.6) * 533), (character + 1) * 533] as const
  t.ok(dbfs(rms(speech, ...samplesOf(space))) < level - 10, 'quiet between words')
  t.same(speechLike(TEXT, 8000), speech)
  t.notSame(speechLike(TEXT.replace('today', 'right now'), 8000).subarray(0, speech.length), speech)
  t.ok(speech.every((sample) => Math.abs(sample) < 20_000), 'nothing clips')
})
