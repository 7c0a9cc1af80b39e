import { test } from 'tap'
import { ChunkBatch } from '../../src/vad/chunk-batch.ts'
import { SileroBatcher } from '../../src/vad/silero-batcher.ts'
import { CONTEXT_SAMPLES, SileroModel, STATE_SIZE } from '../../src/vad/silero-model.ts'
import { CHUNK_SAMPLES } from '../../src/vad/vad.ts'
import { noise, readRecordings } from './recordings.ts'

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

/** One stream through the model, chunk by chunk, with nothing skipped. */
class Everything {
  readonly #state = new Float32Array(2 * STATE_SIZE)
  readonly #context = new Float32Array(CONTEXT_SAMPLES)
  async hear (pcm: Int16Array): Promise<number> {
    const { input, state, probability, nextState } = model.buffers(1)
    input.set(this.#context)
    pcm.forEach((sample, i) => { input[CONTEXT_SAMPLES + i] = sample / 32768 })
    state.set(this.#state)
    await model.run(1)
    this.#state.set(nextState)
    this.#context.set(input.subarray(CHUNK_SAMPLES))
    return probability[0]!
  }
}

for (const [line, levelDbfs, kind] of [['a muted line', -80, 'white'], ['a quiet line', -60, 'white'], ['a noisy line', -48, 'room']] as const) {
  test(`${line} is skipped after half a second, and speech on it is heard as if it had not been`, async (t) => {
    const counting = new CountingModel()
    const batcher = new SileroBatcher(counting)
    const everything = new Everything()
    const skipping = async (pcm: Int16Array): Promise<number> => {
      const batch = new ChunkBatch()
      batch.add(1, pcm)
      await batcher.infer(batch)
      return batch.probabilities[0]!
    }
    const idle = noise(150 * CHUNK_SAMPLES, kind, levelDbfs)
    for (let i = 0; i < 100; i++) {
      const quiet = idle.subarray(i * CHUNK_SAMPLES, (i + 1) * CHUNK_SAMPLES)
      await everything.hear(quiet)
      const probability = await skipping(quiet)
      if (i >= 40) t.equal(probability, 0)
    }
    t.ok(counting.sizes.length <= 40, `${counting.sizes.length} of 100 chunks were heard`)
    const spoken: boolean[][] = [[], []]
    for (let i = 10; i < CHUNKS; i++) {
      const voice = chunk(0, i).map((sample, k) => sample + idle[(100 * CHUNK_SAMPLES + i * CHUNK_SAMPLES + k) % idle.length]!)
      spoken[0]!.push(await skipping(voice) > 0.5)
      spoken[1]!.push(await everything.hear(voice) > 0.5)
    }
    t.ok(Math.abs(spoken[0]!.indexOf(true) - spoken[1]!.indexOf(true)) <= 1, 'the onset is the same, to a chunk')
    t.ok(spoken[0]!.filter((voiced, i) => voiced !== spoken[1]![i]).length <= 2)
  })
}

test('what stands out of the noise is heard at once, and loud noise always', async (t) => {
  const counting = new CountingModel()
  const batcher = new SileroBatcher(counting)
  const hear = async (kind: 'white' | 'room', levelDbfs: number, chunks: number): Promise<number> => {
    const before = counting.sizes.length
    const pcm = noise(chunks * CHUNK_SAMPLES, kind, levelDbfs)
    for (let i = 0; i < chunks; i++) {
      const batch = new ChunkBatch()
      batch.add(1, pcm.subarray(i * CHUNK_SAMPLES, (i + 1) * CHUNK_SAMPLES))
      await batcher.infer(batch)
    }
    return counting.sizes.length - before
  }
  await hear('white', -60, 100)
  t.equal(await hear('white', -60, 20), 0)
  t.equal(await hear('white', -50, 3), 3, '10 dB over the noise')
  t.equal(await hear('white', -40, 60), 60, 'a voice may be hidden in it')
})

test('a hole in the middle of a word is not skipped', async (t) => {
  const counting = new CountingModel()
  const batcher = new SileroBatcher(counting)
  for (let i = 0; i < 40; i++) {
    const batch = new ChunkBatch()
    batch.add(1, i >= 25 && i < 30 ? new Int16Array(CHUNK_SAMPLES) : chunk(0, i))
    await batcher.infer(batch)
  }
  t.equal(counting.sizes.length, 40)
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
