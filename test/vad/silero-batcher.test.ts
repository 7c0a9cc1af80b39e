import { test } from 'tap'
import { ChunkBatch } from '../../src/vad/chunk-batch.ts'
import { SileroBatcher } from '../../src/vad/silero-batcher.ts'
import { SileroModel } from '../../src/vad/silero-model.ts'
import { CHUNK_SAMPLES } from '../../src/vad/vad.ts'
import { readRecordings } from './recordings.ts'

const model = await SileroModel.load()
const callers = readRecordings().filter(({ name }) => ['demo-1', 'command', 'spanish', 'noisy', 'no'].includes(name))
/** 1.5 s of each: the same number of chunks. */
const CHUNKS = 46
const chunk = (caller: number, i: number): Int16Array => callers[caller]!.pcm.subarray(i * CHUNK_SAMPLES, (i + 1) * CHUNK_SAMPLES)

/** The model, with a note of every batch's size. */
class CountingModel {
  readonly sizes: number[] = []
  buffers (batch: number): ReturnType<SileroModel['buffers']> { return model.buffers(batch) }
  async run (batch: number): Promise<void> {
    this.sizes.push(batch)
    await model.run(batch)
  }
}

/** Hears a list of [caller, chunk] in batches of a size; gives each caller's probabilities. */
async function infer (order: Array<[caller: number, i: number]>, size: number): Promise<number[][]> {
  const batcher = new SileroBatcher(model)
  const heard = callers.map((): number[] => [])
  for (let at = 0; at < order.length; at += size) {
    const batch = new ChunkBatch()
    for (const [caller, i] of order.slice(at, at + size)) batch.add(caller, chunk(caller, i))
    await batcher.infer(batch)
    for (let k = 0; k < batch.count; k++) heard[batch.streamIds[k]!]!.push(batch.probabilities[k]!)
  }
  return heard
}

const close = (a: number[], b: number[]): boolean => a.length === b.length && a.every((value, i) => Math.abs(value - b[i]!) < 1e-4)

test('callers heard together are heard as each alone, however their chunks are mixed', async (t) => {
  const perCaller = callers.map((_, caller) => Array.from({ length: CHUNKS }, (_, i): [number, number] => [caller, i]))
  const alone = await infer(perCaller.flat(), 1)
  t.ok(alone.every((probabilities) => Math.max(...probabilities) > 0.9), 'they all speak')
  const inTurn = Array.from({ length: CHUNKS }, (_, i) => callers.map((_, caller): [number, number] => [caller, i])).flat()
  const inBursts = Array.from({ length: CHUNKS / 2 }, (_, i) => callers.flatMap((_, caller): Array<[number, number]> => [[caller, 2 * i], [caller, 2 * i + 1]])).flat()
  for (const [how, order, size] of [['in turn', inTurn, 5], ['across batches', inTurn, 7], ['in bursts', inBursts, 64], ['one after the other', perCaller.flat(), 64]] as const) {
    const heard = await infer(order, size)
    t.ok(heard.every((probabilities, caller) => close(probabilities, alone[caller]!)), how)
  }
})

test('one inference for every stream that has a chunk', async (t) => {
  const counting = new CountingModel()
  const batcher = new SileroBatcher(counting)
  const batch = new ChunkBatch()
  for (const caller of [0, 0, 1, 2, 1, 0]) batch.add(caller, chunk(caller, 20))
  await batcher.infer(batch)
  t.same(counting.sizes, [3, 2, 1])
})

test('a closed stream is forgotten, also when it closes during an inference', async (t) => {
  const batcher = new SileroBatcher(model)
  const speak = async (during = (): void => {}): Promise<number> => {
    const batch = new ChunkBatch()
    for (let i = 12; i < 30; i++) batch.add(1, chunk(0, i))
    const done = batcher.infer(batch)
    during()
    await done
    return batch.probabilities[0]!
  }
  const fresh = await speak()
  t.not(await speak(), fresh, 'the second time it remembers')
  batcher.close(1)
  t.equal(await speak(() => batcher.close(1)), fresh)
  t.equal(await speak(), fresh)
})
