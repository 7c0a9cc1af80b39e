import { test } from 'tap'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Chunker } from '../../src/vad/chunker.ts'

test('frames of any length become the same chunks of 256, in order, each with its mean square; the rest waits', (t) => {
  fc.assert(fc.property(fc.array(fc.nat(700), { maxLength: 20 }), (sizes) => {
    const chunks: number[] = []
    const chunker = new Chunker((chunk, meanSquare) => {
      assert.equal(chunk.length, 256)
      assert.equal(meanSquare, chunk.reduce((sum, sample) => sum + sample ** 2, 0) / 256)
      chunks.push(...chunk)
    })
    let next = 0
    for (const size of sizes) chunker.push(Int16Array.from({ length: size }, () => next++))
    assert.deepEqual(chunks, Array.from({ length: next - next % 256 }, (_, i) => i))
  }))
  t.end()
})
