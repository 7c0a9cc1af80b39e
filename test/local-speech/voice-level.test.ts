import fc from 'fast-check'
import { test } from 'tap'
import { dbfs, rms } from '../../src/audio/level.ts'
import { levelled } from '../../src/local-speech/voice-level.ts'

const RATE_HZ = 22_050

/** Silence, a second of tone at the given amplitude, silence. */
const toneAt = (amplitude: number) => Float32Array.from({ length: 2 * RATE_HZ }, (_, i) => i < RATE_HZ / 2 || i >= 1.5 * RATE_HZ ? 0 : amplitude * Math.sin(i / 7))

test('quiet and loud sentences come out at −20 dBFS', (t) => {
  for (const amplitude of [0.06, 0.1, 0.14]) {
    const pcm = levelled(toneAt(amplitude), RATE_HZ, true)
    const middle = pcm.subarray(RATE_HZ / 4, RATE_HZ / 2)
    t.ok(Math.abs(dbfs(rms(middle)) + 20) < 0.3, `${amplitude}: ${dbfs(rms(middle))} dBFS`)
  }
  t.end()
})

test('a whisper is raised, and a shout lowered, only so far', (t) => {
  t.ok(dbfs(rms(levelled(toneAt(0.02), RATE_HZ, true).subarray(5000, 10000))) < -28)
  t.ok(dbfs(rms(levelled(toneAt(0.9), RATE_HZ, true).subarray(5000, 10000))) > -8)
  t.end()
})

test('most of the silence around a piece goes; more of it stays after a sentence than after a clause', (t) => {
  const lengths = [true, false].map((endsSentence) => levelled(toneAt(0.1), RATE_HZ, endsSentence).length / RATE_HZ)
  t.ok(Math.abs(lengths[0]! - 1.27) < 0.05, `${lengths[0]} s`)
  t.ok(Math.abs(lengths[1]! - 1.14) < 0.05, `${lengths[1]} s`)
  t.same(levelled(new Float32Array(1000), RATE_HZ, false).length, Math.min(1000, 0.12 * RATE_HZ))
  t.equal(levelled(new Float32Array(0), RATE_HZ, true).length, 0)
  t.end()
})

test('never clips, whatever comes in', (t) => {
  fc.assert(fc.property(fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 500 }), (samples) => {
    t.ok(levelled(Float32Array.from(samples), RATE_HZ, true).every((sample) => Math.abs(sample) <= 32767), { quiet: true })
  }))
  // Twice full scale would wrap around without the limiter.
  const loud = levelled(Float32Array.from({ length: RATE_HZ }, (_, i) => 2 * Math.sin(i / 7)), RATE_HZ, true)
  t.ok(loud.some((sample) => sample > 32000) && loud.some((sample) => sample < -32000))
  t.end()
})
