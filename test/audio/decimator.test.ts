import { test } from 'tap'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Decimator3 } from '../../src/audio/decimator.ts'
import { resample } from '../../src/audio/resample.ts'

const inChunks = (decimator: Decimator3, pcm: Int16Array, sizes: number[]): number[] => {
  const output: number[] = []
  for (let at = 0, i = 0; at < pcm.length; at += sizes[i++ % sizes.length]!) output.push(...decimator.push(pcm.subarray(at, at + sizes[i % sizes.length]!)))
  return [...output, ...decimator.flush()]
}

test('property: what comes out is what the plain resampler makes of it, however it was cut into chunks', (t) => {
  const decimator = new Decimator3()
  fc.assert(fc.property(fc.int16Array({ maxLength: 6000 }), fc.array(fc.nat(1500), { minLength: 1 }), (pcm, sizes) => {
    const whole = inChunks(decimator, pcm, [6000])
    assert.deepEqual(inChunks(decimator, pcm, [...sizes, 1]), whole)
    const plain = resample(pcm, 24_000, 8000)
    assert.equal(whole.length, plain.length)
    // Sums in another order may round the other way.
    assert.ok(whole.every((sample, i) => Math.abs(sample - plain[i]!) <= 1))
  }), { numRuns: 100 })
  t.end()
})

test('a chunk larger than the buffer is taken whole, and the next call starts afresh', (t) => {
  const decimator = new Decimator3()
  const loud = new Int16Array(100_000).fill(20_000)
  t.equal(decimator.push(loud).length + decimator.flush().length, 33_334)
  t.ok([...decimator.push(new Int16Array(3000)), ...decimator.flush()].every((sample) => sample === 0), 'nothing is left of the stream before')
  t.end()
})

test('all but the last milliseconds come at once', (t) => {
  const decimator = new Decimator3()
  t.ok(decimator.push(new Int16Array(2400)).length >= 800 - 16, 'at most 2 ms are held back')
  t.ok(decimator.flush().length <= 16)
  t.end()
})
