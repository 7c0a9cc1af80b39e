import { test } from 'tap'
import assert from 'node:assert/strict'
import alawmulaw from 'alawmulaw'
import fc from 'fast-check'
import { MULAW_SILENCE, decodeMulaw, encodeMulaw } from '../../src/audio/mulaw.ts'

const everySample = Int16Array.from({ length: 65536 }, (_, i) => i - 32768)
const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i)

test('the tables are the reference codec for every sample and every byte', (t) => {
  t.same(encodeMulaw(everySample), alawmulaw.mulaw.encode(everySample))
  t.same(decodeMulaw(everyByte), alawmulaw.mulaw.decode(everyByte))
  t.end()
})

test('points of G.711 table 2a: the extremes, both zeros, the first steps', (t) => {
  t.same([...decodeMulaw(Uint8Array.of(0x00, 0x80, 0xff, 0x7f, 0xfe, 0x7e))], [-32124, 32124, 0, 0, 8, -8])
  t.same([...encodeMulaw(Int16Array.of(0, 32767, -32768, 8, -8))], [0xff, 0x80, 0x00, 0xfe, 0x7e])
  t.equal(encodeMulaw(Int16Array.of(0))[0], MULAW_SILENCE)
  t.end()
})

test('what was coded once does not change when it is coded again', (t) => {
  fc.assert(fc.property(fc.int16Array(), (pcm) => {
    const once = decodeMulaw(encodeMulaw(pcm))
    assert.deepEqual(decodeMulaw(encodeMulaw(once)), once)
  }), { numRuns: 50 })
  t.end()
})

test('the error is at most half a step: 1/32 of the sample, or 4', (t) => {
  const decoded = decodeMulaw(encodeMulaw(everySample))
  // Above 32,635 the codec clips.
  const worst = everySample.findIndex((sample, i) => Math.abs(sample) <= 32635 && Math.abs(sample - decoded[i]!) > Math.max(4, (Math.abs(sample) + 132) / 32))
  t.equal(worst, -1)
  t.end()
})

test('a larger sample never decodes to a smaller one', (t) => {
  const decoded = decodeMulaw(encodeMulaw(everySample))
  t.equal(decoded.findIndex((value, i) => i > 0 && value < decoded[i - 1]!), -1)
  t.end()
})

test('a buffer of the caller is filled and handed back', (t) => {
  const exact = new Int16Array(2)
  t.equal(decodeMulaw(Uint8Array.of(0x00, 0x80), exact), exact)
  const longer = new Uint8Array(4).fill(1)
  const view = encodeMulaw(Int16Array.of(32767, -32768), longer)
  t.same([...view], [0x80, 0x00])
  t.same([...longer], [0x80, 0x00, 1, 1])
  t.throws(() => decodeMulaw(new Uint8Array(3), exact), /into holds 2 samples, 3 are needed/)
  t.end()
})
