import { ChunkBatch } from './chunk-batch.ts'
import { Chunker } from './chunker.ts'
import { Rest } from './rest.ts'
import { SileroBatcher } from './silero-batcher.ts'
import { SileroModel } from './silero-model.ts'
import { CHUNK_MS, type Vad, type VadChunk, type VadStream } from './vad.ts'

interface Stream {
  onChunk: (chunk: VadChunk) => void
  endMs: number
  rest: Rest
  /** Of the chunks that wait for their inference. */
  meanSquares: number[]
}

/**
 * Silero without a thread of its own, for replay in virtual time: `settle` waits for everything pushed so far, as
 * `VirtualClock.addSettler` wants it, and the same pushes always give the same chunks.
 */
export class SileroInlineVad implements Vad {
  readonly #batcher: SileroBatcher
  readonly #streams = new Map<number, Stream>()
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
    const stream: Stream = { onChunk, endMs: 0, rest: new Rest(), meanSquares: [] }
    this.#streams.set(id, stream)
    const chunker = new Chunker((chunk, meanSquare) => this.#add(id, stream, chunk, meanSquare))
    return {
      push: (pcm) => { if (this.#streams.has(id)) chunker.push(pcm) },
      close: () => {
        this.#streams.delete(id)
        this.#batcher.close(id)
      }
    }
  }

  /** Resolves when every chunk pushed so far, and those pushed meanwhile, have been delivered; rejects when the model fails. */
  async settle (): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async close (): Promise<void> {
    this.#streams.clear()
    await this.settle()
  }

  #add (id: number, stream: Stream, chunk: Int16Array, meanSquare: number): void {
    if (stream.rest.skips(meanSquare) && stream.meanSquares.length === 0) return this.#deliver(id, 0, meanSquare)
    stream.meanSquares.push(meanSquare)
    if (this.#batches.at(-1)!.full) this.#batches.push(new ChunkBatch())
    this.#batches.at(-1)!.add(id, chunk)
    this.#running ??= this.#run()
  }

  async #run (): Promise<void> {
    // What is pushed in the same breath shares an inference.
    await Promise.resolve()
    for (let batch = this.#next(); batch !== undefined; batch = this.#next()) {
      await this.#batcher.infer(batch)
      for (let i = 0; i < batch.count; i++) this.#heard(batch.streamIds[i]!, batch.probabilities[i]!)
    }
    this.#running = undefined
  }

  #heard (id: number, probability: number): void {
    const stream = this.#streams.get(id)
    stream?.rest.heard(probability)
    this.#deliver(id, probability, stream?.meanSquares.shift() ?? 0)
  }

  #deliver (id: number, probability: number, meanSquare: number): void {
    const stream = this.#streams.get(id)
    if (stream === undefined) return
    stream.endMs += CHUNK_MS
    stream.onChunk({ probability, endMs: stream.endMs, meanSquare })
  }

  #next (): ChunkBatch | undefined {
    if (this.#batches[0]!.count === 0) return undefined
    if (this.#batches.length === 1) this.#batches.push(new ChunkBatch())
    return this.#batches.shift()
  }
}
