import { ChunkBatch } from './chunk-batch.ts'
import { Chunker } from './chunker.ts'
import { SileroBatcher } from './silero-batcher.ts'
import { SileroModel } from './silero-model.ts'
import { CHUNK_MS, type Vad, type VadChunk, type VadStream } from './vad.ts'

/**
 * Silero without a thread of its own, for replay in virtual time: `settle` waits for everything pushed so far, as
 * `VirtualClock.addSettler` wants it, and the same pushes always give the same chunks.
 */
export class SileroInlineVad implements Vad {
  readonly #batcher: SileroBatcher
  readonly #deliver = new Map<number, (probability: number) => void>()
  /** The last one is being filled. */
  readonly #batches = [new ChunkBatch()]
  #running: Promise<void> | undefined
  #lastId = 0

  private constructor (model: SileroModel) {
    this.#batcher = new SileroBatcher(model)
  }

  static async load (): Promise<SileroInlineVad> {
    return new SileroInlineVad(await SileroModel.load())
  }

  open (onChunk: (chunk: VadChunk) => void): VadStream {
    const id = ++this.#lastId
    let endMs = 0
    this.#deliver.set(id, (probability) => {
      endMs += CHUNK_MS
      onChunk({ probability, endMs })
    })
    const chunker = new Chunker((chunk) => this.#add(id, chunk))
    return {
      push: (pcm) => { if (this.#deliver.has(id)) chunker.push(pcm) },
      close: () => {
        this.#deliver.delete(id)
        this.#batcher.close(id)
      }
    }
  }

  /** Resolves when every chunk pushed so far, and those pushed meanwhile, have been delivered; rejects when the model fails. */
  async settle (): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async close (): Promise<void> {
    this.#deliver.clear()
    await this.settle()
  }

  #add (id: number, chunk: Int16Array): void {
    if (this.#batches.at(-1)!.full) this.#batches.push(new ChunkBatch())
    this.#batches.at(-1)!.add(id, chunk)
    this.#running ??= this.#run()
  }

  async #run (): Promise<void> {
    // What is pushed in the same breath shares an inference.
    await Promise.resolve()
    for (let batch = this.#next(); batch !== undefined; batch = this.#next()) {
      await this.#batcher.infer(batch)
      for (let i = 0; i < batch.count; i++) this.#deliver.get(batch.streamIds[i]!)?.(batch.probabilities[i]!)
    }
    this.#running = undefined
  }

  #next (): ChunkBatch | undefined {
    if (this.#batches[0]!.count === 0) return undefined
    if (this.#batches.length === 1) this.#batches.push(new ChunkBatch())
    return this.#batches.shift()
  }
}
