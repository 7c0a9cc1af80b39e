import { test } from 'tap'
import { BATCH_CHUNKS, ChunkBatch } from '../../src/vad/chunk-batch.ts'

const chunk = (value: number): Int16Array => new Int16Array(256).fill(value)

test('chunks keep their order and their streams', (t) => {
  const batch = new ChunkBatch()
  batch.add(7, chunk(-5))
  batch.add(9, chunk(32767))
  batch.add(7, chunk(6))
  t.equal(batch.count, 3)
  t.same([...batch.streamIds.subarray(0, 3)], [7, 9, 7])
  t.same([0, 255, 256, 511, 512, 767].map((i) => batch.samples[i]), [-5, -5, 32767, 32767, 6, 6])
  t.end()
})

test('a batch knows when it is full', (t) => {
  const batch = new ChunkBatch()
  for (let i = 0; i < BATCH_CHUNKS; i++) {
    t.notOk(batch.full)
    batch.add(i, chunk(i))
  }
  t.ok(batch.full)
  t.equal(batch.samples.at(-1), BATCH_CHUNKS - 1)
  t.end()
})

test('probabilities written on the other side are read on this one', (t) => {
  const here = new ChunkBatch()
  here.add(1, chunk(1))
  const { buffer, count } = here
  const there = new ChunkBatch(structuredClone(buffer, { transfer: [buffer] }), count)
  t.equal(here.samples.length, 0, 'the buffer has gone')
  t.equal(there.samples[255], 1)
  there.probabilities[0] = 0.5
  const back = new ChunkBatch(there.buffer, there.count)
  t.equal(back.probabilities[0], 0.5)
  t.equal(back.samples[0], 1, 'and has not overwritten the audio')
  t.equal(back.streamIds[0], 1)
  t.end()
})
