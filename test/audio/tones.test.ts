import fc from 'fast-check'
import { test } from 'tap'
import { decodeMulaw, encodeMulaw } from '../../src/audio/mulaw.ts'
import { dtmf } from '../../src/audio/tones.ts'

const LOW_HZ = [697, 770, 852, 941]
const HIGH_HZ = [1209, 1336, 1477, 1633]
const KEYS = '123A456B789C*0#D'

/** Amplitude of one frequency, by Goertzel's recurrence. */
function goertzel (pcm: Int16Array, hz: number): number {
  const k = 2 * Math.cos(2 * Math.PI * hz / 8000)
  let s1 = 0
  let s2 = 0
  for (const sample of pcm) {
    const s = sample + k * s1 - s2
    s2 = s1
    s1 = s
  }
  return 2 * Math.sqrt(Math.max(0, s1 * s1 + s2 * s2 - k * s1 * s2)) / pcm.length
}

const dbm0 = (amplitude: number): number => 20 * Math.log10(amplitude / 32_124) + 3.17

/** A receiver as ITU-T Q.24 asks: a key counts after 40 ms of one tone of each group, within level and twist, and after a pause. */
function receive (pcm: Int16Array): string {
  const window = 160
  let keys = ''
  let held = ''
  let windows = 0
  for (let at = 0; at + window <= pcm.length; at += window) {
    const part = pcm.subarray(at, at + window)
    const low = LOW_HZ.map((hz) => dbm0(goertzel(part, hz)))
    const high = HIGH_HZ.map((hz) => dbm0(goertzel(part, hz)))
    const row = low.indexOf(Math.max(...low))
    const column = high.indexOf(Math.max(...high))
    const twist = high[column]! - low[row]!
    const key = low[row]! > -25 && high[column]! > -25 && twist < 4 && twist > -8 ? KEYS[row * 4 + column]! : ''
    windows = key === held ? windows + 1 : 1
    held = key
    if (key !== '' && windows === 2) keys += key
  }
  return keys
}

test('every key is received over a μ-law line', async (t) => {
  t.equal(receive(decodeMulaw(encodeMulaw(dtmf(KEYS)))), KEYS)
  t.equal(receive(decodeMulaw(encodeMulaw(dtmf('1155', { toneMs: 60, gapMs: 60 })))), '1155', 'faster, and twice the same')
})

test('level, twist and frequencies', async (t) => {
  for (const [at, key] of [...KEYS].entries()) {
    const pcm = decodeMulaw(encodeMulaw(dtmf(key, { toneMs: 200 }))).subarray(160, 1440)
    const low = LOW_HZ[at >> 2]!
    const high = HIGH_HZ[at & 3]!
    t.ok(Math.abs(dbm0(goertzel(pcm, low)) + 11) < 0.5, `${key} low level`)
    t.ok(Math.abs(dbm0(goertzel(pcm, high)) + 9) < 0.5, `${key} high level`)
    // Q.23 allows 1.8 %; the peak must lie at the frequency itself.
    for (const hz of [low, high]) {
      for (const off of [0.982, 1.018]) t.ok(goertzel(pcm, hz) > goertzel(pcm, hz * off), `${key} ${hz} Hz`)
    }
    // Distortion: nothing else within 20 dB.
    for (const hz of [300, 500, 1080, 2 * low, 2 * high, 3000]) t.ok(dbm0(goertzel(pcm, hz)) < -31, `${key} at ${hz} Hz`)
  }
})

test('lengths, gaps and pauses', async (t) => {
  t.equal(dtmf('12', { toneMs: 80, gapMs: 60 }).length, 2 * 140 * 8)
  t.equal(dtmf('w').length, 4000)
  t.equal(dtmf('').length, 0)
  t.ok(dtmf('w').every((sample) => sample === 0))
  t.ok(dtmf('5').subarray(800).every((sample) => sample === 0), 'the gap is silent')
  t.ok(Math.abs(dtmf('5')[0]!) < 100 && Math.abs(dtmf('5')[799]!) < 100, 'it fades in and out')
  t.equal(receive(dtmf('1w2ad#')), '12AD#')
})

test('anything else is refused by name', async (t) => {
  t.throws(() => dtmf('12x'), new RangeError('digits: “X” is not a key of a telephone'))
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...KEYS), maxLength: 12 }), (digits) => receive(dtmf(digits)) === digits), { numRuns: 50 })
})
