import { test } from 'tap'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Resampler, resample } from '../../src/audio/resample.ts'
import { rms } from '../../src/audio/level.ts'

const AMPLITUDE = 16000
const RATES: Array<[number, number]> = [[24000, 8000], [8000, 16000], [22050, 24000], [24000, 22050]]
const sine = (hz: number, rateHz: number, samples: number): Int16Array =>
  Int16Array.from({ length: samples }, (_, i) => Math.round(AMPLITUDE * Math.sin(2 * Math.PI * hz * i / rateHz)))

/** Gain in dB of a sine through a resampler, its beginning and end left out. */
function gainDb (hz: number, fromHz: number, toHz: number): number {
  const output = resample(sine(hz, fromHz, fromHz), fromHz, toHz)
  return 20 * Math.log10(rms(output, toHz / 10, output.length - toHz / 10) / (AMPLITUDE / Math.SQRT2))
}

function inChunks (resampler: Resampler, pcm: Int16Array, sizes: number[]): Int16Array {
  const output: number[] = []
  let at = 0
  for (let i = 0; at < pcm.length; i++) {
    const size = sizes[i % sizes.length]!
    output.push(...resampler.push(pcm.subarray(at, at + size)))
    at += size
  }
  output.push(...resampler.flush())
  return Int16Array.from(output)
}

test('24 to 8 kHz is flat within 1 dB to 3.4 kHz', (t) => {
  for (const hz of [50, 300, 1000, 2000, 3000, 3200, 3300, 3400]) t.ok(Math.abs(gainDb(hz, 24000, 8000)) < 1, `${hz} Hz`)
  t.end()
})

test('24 to 8 kHz is at least 50 dB down from 4.3 kHz on', (t) => {
  for (let hz = 4300; hz < 12000; hz += 70) {
    const gain = gainDb(hz, 24000, 8000)
    t.ok(gain < -50, `${hz} Hz: ${gain.toFixed(1)} dB`)
  }
  t.end()
})

test('other ratios: the voice passes, images of it do not', (t) => {
  for (const [fromHz, toHz] of [[8000, 16000], [22050, 24000], [24000, 22050], [16000, 8000]] as const) {
    for (const hz of [300, 1000, 3000, 3400]) t.ok(Math.abs(gainDb(hz, fromHz, toHz)) < 1, `${fromHz} to ${toHz}: ${hz} Hz`)
  }
  // A 3 kHz tone at 8 kHz has its image at 5 kHz: what is left after the tone itself is taken out.
  const up = resample(sine(3000, 8000, 8000), 8000, 16000)
  const ideal = sine(3000, 16000, 16000)
  const gain = 10 ** (gainDb(3000, 8000, 16000) / 20)
  const rest = up.map((sample, i) => sample - gain * ideal[i]!)
  t.ok(20 * Math.log10(rms(rest, 1600, 14400) / rms(ideal)) < -50)
  t.end()
})

test('the output is aligned with the input: no delay, no drift', (t) => {
  for (const [fromHz, toHz] of [[24000, 8000], [8000, 16000], [22050, 24000]] as const) {
    const output = resample(sine(440, fromHz, 2 * fromHz), fromHz, toHz)
    const ideal = sine(440, toHz, 2 * toHz)
    const error = output.map((sample, i) => sample - ideal[i]!)
    t.ok(rms(error, toHz / 10, 19 * toHz / 10) < AMPLITUDE / 300, `${fromHz} to ${toHz}`)
  }
  t.end()
})

test('any chunking gives the same samples, and the number the rates ask for', (t) => {
  const rates = fc.constantFrom(...RATES)
  fc.assert(fc.property(rates, fc.int16Array({ minLength: 0, maxLength: 2000 }), fc.array(fc.nat(400)), ([fromHz, toHz], pcm, sizes) => {
    const whole = resample(pcm, fromHz, toHz)
    assert.equal(whole.length, Math.ceil(pcm.length * toHz / fromHz))
    const resampler = new Resampler(fromHz, toHz)
    assert.deepEqual(inChunks(resampler, pcm, [...sizes, 1]), whole)
    assert.deepEqual(inChunks(resampler, pcm, [160]), whole, 'and once more after the flush')
  }), { numRuns: 60 })
  t.end()
})

test('a level stays a level, and full scale does not wrap around', (t) => {
  const constant = new Int16Array(24000).fill(12345)
  t.ok(resample(constant, 22050, 24000).subarray(200, 20000).every((sample) => sample === 12345))
  const square = Int16Array.from({ length: 24000 }, (_, i) => i % 48 < 24 ? 32767 : -32768)
  const output = resample(square, 24000, 8000)
  // The 500 Hz wave has 16 samples now: in the middle of each half its sign is the input's.
  t.ok(output.every((sample, i) => i % 16 !== 4 || sample > 30000))
  t.ok(output.every((sample, i) => i % 16 !== 12 || sample < -30000))
  t.equal(Math.max(...output), 32767)
  t.end()
})
