import fc from 'fast-check'
import { test } from 'tap'
import { decodeMulaw, encodeMulaw } from '../../../src/audio/mulaw.ts'
import { resample } from '../../../src/audio/resample.ts'
import { FrameMaker, FRAME_SAMPLES } from '../../../src/console/src/phone/frame-maker.ts'

const sine = (hz: number, rateHz: number, seconds: number, amplitude = 0.5): Float32Array =>
  Float32Array.from({ length: Math.round(rateHz * seconds) }, (_, i) => amplitude * Math.sin(2 * Math.PI * hz * i / rateHz))

/** All that comes of a recording, in blocks as an AudioWorklet gets them. */
const frames = (samples: Float32Array, rateHz: number, block = 128) => {
  const made: Uint8Array[] = []
  const levels: number[] = []
  const maker = new FrameMaker(rateHz, (mulaw, level) => {
    made.push(mulaw)
    levels.push(level)
  })
  for (let at = 0; at < samples.length; at += block) maker.push(samples.subarray(at, at + block))
  return { made, levels }
}

const joined = (parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))

/** Level of the middle of a signal. */
const power = (mulaw: Uint8Array): number => {
  const pcm = decodeMulaw(mulaw).subarray(800, -800)
  return Math.sqrt(pcm.reduce((sum, sample) => sum + sample * sample, 0) / pcm.length) / 32768
}

for (const rateHz of [16_000, 44_100, 48_000]) {
  test(`a second at ${rateHz} Hz becomes 50 frames of 20 ms, in the telephone's band`, (t) => {
    const { made, levels } = frames(sine(1000, rateHz, 1.01), rateHz)
    t.equal(made.length, 50)
    t.ok(made.every(({ length }) => length === FRAME_SAMPLES))
    t.ok(Math.abs(power(joined(made)) - 0.5 / Math.SQRT2) < 0.01, 'a tone inside it keeps its level')
    t.ok(levels.slice(1, -1).every((level) => Math.abs(level - 0.5 / Math.SQRT2) < 0.02), 'which is told')
    t.ok(power(joined(frames(sine(5000, rateHz, 1.01), rateHz).made)) < 0.003, 'one above it does not come back as another')
    t.end()
  })
}

test('the bytes are those of the gateway\'s own codec and filter, however the audio was cut', (t) => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 999 }), fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 2000, maxLength: 3000 }), (block, list) => {
    const samples = Float32Array.from(list)
    const whole = encodeMulaw(resample(Int16Array.from(samples, (sample) => Math.max(-32768, Math.min(32767, Math.round(sample * 32768)))), 48_000, 8000))
    const made = joined(frames(samples, 48_000, block).made)
    t.same(made, whole.subarray(0, made.length))
  }), { numRuns: 20 })
  t.end()
})

test('muted, silence goes on', (t) => {
  const made: Array<{ mulaw: Uint8Array, level: number }> = []
  const maker = new FrameMaker(48_000, (mulaw, level) => made.push({ mulaw, level }))
  const block = sine(1000, 48_000, 0.1)
  maker.push(block)
  maker.muted = true
  const before = made.length
  maker.push(block)
  t.equal(made.length, before + 5, 'at the same pace')
  for (const { mulaw, level } of made.slice(before)) {
    t.ok(mulaw.every((byte) => byte === 0xff))
    t.equal(level, 0)
  }
  maker.muted = false
  maker.push(block)
  t.ok(Number(made.at(-1)?.level) > 0.3)
  t.end()
})
