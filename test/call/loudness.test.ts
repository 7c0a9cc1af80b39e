import { test } from 'tap'
import { Loudness } from '../../src/call/loudness.ts'
import { CHUNK_MS, CHUNK_SAMPLES } from '../../src/vad/vad.ts'

/** Chunks of noise with this root mean square. */
const noise = (level: number, chunks: number): Int16Array =>
  Int16Array.from({ length: chunks * CHUNK_SAMPLES }, (_, i) => Math.round(level * Math.SQRT2 * Math.sin(i * i * 0.37)))

test('what stands 12 dB out of the line\'s noise is loud, wherever the noise lies', async (t) => {
  for (const floor of [0, 20, 60, 300]) {
    const loudness = new Loudness()
    loudness.push(noise(floor, 200))
    // The floor follows upwards at 1 dB a second.
    for (let i = 0; i < 20; i++) loudness.push(noise(floor, 50))
    const before = (200 + 1000) * CHUNK_MS
    loudness.push(noise(Math.max(floor, 32) * 6, 3))
    loudness.push(noise(floor, 1))
    t.notOk(loudness.at(before), `noise at ${floor}`)
    t.ok(loudness.at(before + CHUNK_MS) && loudness.at(before + 3 * CHUNK_MS), `a voice over noise at ${floor}`)
    t.notOk(loudness.at(before + 4 * CHUNK_MS), 'and quiet at once after it')
  }
})

test('a long sentence does not become its own noise', async (t) => {
  const loudness = new Loudness()
  loudness.push(noise(30, 50))
  loudness.push(noise(2000, 310))
  loudness.push(noise(400, 1))
  t.ok(loudness.at(361 * CHUNK_MS), 'a faint consonant after ten seconds of speech')
})

test('frames of any length give the same, and what is not known is not loud', async (t) => {
  const pcm = new Int16Array([...noise(20, 30), ...noise(3000, 10), ...noise(20, 10)])
  const whole = new Loudness()
  whole.push(pcm)
  const pieces = new Loudness()
  for (let at = 0, length = 1; at < pcm.length; at += length, length = 1 + (length * 7) % 400) pieces.push(pcm.subarray(at, at + length))
  for (let chunk = 1; chunk <= 50; chunk++) t.equal(pieces.at(chunk * CHUNK_MS), whole.at(chunk * CHUNK_MS))
  t.notOk(whole.at(0))
  t.notOk(whole.at(51 * CHUNK_MS), 'not heard yet')
  whole.push(noise(3000, 100))
  t.notOk(whole.at(35 * CHUNK_MS), 'forgotten')
})
