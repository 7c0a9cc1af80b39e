import { test } from 'tap'
import { rms } from '../../src/audio/level.ts'
import { ChunkBatch } from '../../src/vad/chunk-batch.ts'
import { Rest } from '../../src/vad/rest.ts'
import { SileroBatcher } from '../../src/vad/silero-batcher.ts'
import { SileroModel } from '../../src/vad/silero-model.ts'
import { CHUNK_SAMPLES } from '../../src/vad/vad.ts'
import { noise, readRecordings } from './recordings.ts'

const model = await SileroModel.load()
const voice = readRecordings().find(({ name }) => name === 'demo-1')!.pcm
const chunkOf = (pcm: Int16Array, i: number): Int16Array => pcm.subarray(i * CHUNK_SAMPLES, (i + 1) * CHUNK_SAMPLES)

/** One stream through the model, chunk by chunk. */
class Listener {
  readonly #batcher = new SileroBatcher(model)
  readonly #rest: Rest | undefined
  skipped = 0

  /** @param rest left out: nothing is skipped */
  constructor (rest?: Rest) {
    this.#rest = rest
  }

  async hear (chunk: Int16Array): Promise<number> {
    if (this.#rest?.skips(rms(chunk) ** 2) === true) {
      this.skipped++
      return 0
    }
    const batch = new ChunkBatch()
    batch.add(1, chunk)
    await this.#batcher.infer(batch)
    this.#rest?.heard(batch.probabilities[0]!)
    return batch.probabilities[0]!
  }
}

for (const [line, levelDbfs, kind] of [['a muted line', -80, 'white'], ['a quiet line', -60, 'white'], ['a noisy line', -48, 'room']] as const) {
  test(`${line} is skipped after half a second, and speech on it is heard as if it had not been`, async (t) => {
    const skipping = new Listener(new Rest())
    const everything = new Listener()
    const idle = noise(150 * CHUNK_SAMPLES, kind, levelDbfs)
    for (let i = 0; i < 100; i++) {
      await everything.hear(chunkOf(idle, i))
      const probability = await skipping.hear(chunkOf(idle, i))
      if (i >= 40) t.equal(probability, 0)
    }
    t.ok(skipping.skipped >= 60, `${skipping.skipped} of 100 chunks were skipped`)
    const spoken: boolean[][] = [[], []]
    for (let i = 10; i < 46; i++) {
      const spokenOver = chunkOf(voice, i).map((sample, k) => sample + idle[(100 * CHUNK_SAMPLES + i * CHUNK_SAMPLES + k) % idle.length]!)
      spoken[0]!.push(await skipping.hear(spokenOver) > 0.5)
      spoken[1]!.push(await everything.hear(spokenOver) > 0.5)
    }
    t.ok(spoken[1]!.includes(true))
    t.ok(Math.abs(spoken[0]!.indexOf(true) - spoken[1]!.indexOf(true)) <= 1, 'the onset is the same, to a chunk')
    t.ok(spoken[0]!.filter((voiced, i) => voiced !== spoken[1]![i]).length <= 2)
  })
}

test('what stands out of the noise is heard at once, and loud noise always', async (t) => {
  const listener = new Listener(new Rest())
  const skippedOf = async (levelDbfs: number, chunks: number): Promise<number> => {
    const before = listener.skipped
    const pcm = noise(chunks * CHUNK_SAMPLES, 'white', levelDbfs)
    for (let i = 0; i < chunks; i++) await listener.hear(chunkOf(pcm, i))
    return listener.skipped - before
  }
  await skippedOf(-60, 100)
  t.equal(await skippedOf(-60, 20), 20)
  t.equal(await skippedOf(-50, 3), 0, '10 dB over the noise')
  t.equal(await skippedOf(-40, 60), 0, 'a voice may be hidden in it')
})

test('a hole in the middle of a word is not skipped', async (t) => {
  const listener = new Listener(new Rest())
  for (let i = 0; i < 40; i++) await listener.hear(i >= 25 && i < 30 ? new Int16Array(CHUNK_SAMPLES) : chunkOf(voice, i))
  t.equal(listener.skipped, 0)
})
