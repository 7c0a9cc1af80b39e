import { CHUNK_SAMPLES } from './vad.ts'

/** Chunks in one batch: from 32 on a larger one is no faster a chunk. */
export const BATCH_CHUNKS = 64

const PROBABILITIES_AT = BATCH_CHUNKS * 4
const SAMPLES_AT = PROBABILITIES_AT + BATCH_CHUNKS * 4
const BATCH_BYTES = SAMPLES_AT + BATCH_CHUNKS * CHUNK_SAMPLES * 2

/** Chunks of many streams, in one buffer that can be handed to another thread; their probabilities come back in it. */
export class ChunkBatch {
  readonly buffer: ArrayBuffer
  /** Which stream each chunk belongs to. A stream may have several, in order. */
  readonly streamIds: Int32Array
  readonly probabilities: Float32Array
  /** PCM16, chunk after chunk. */
  readonly samples: Int16Array
  count: number

  constructor (buffer = new ArrayBuffer(BATCH_BYTES), count = 0) {
    this.buffer = buffer
    this.streamIds = new Int32Array(buffer, 0, BATCH_CHUNKS)
    this.probabilities = new Float32Array(buffer, PROBABILITIES_AT, BATCH_CHUNKS)
    this.samples = new Int16Array(buffer, SAMPLES_AT, BATCH_CHUNKS * CHUNK_SAMPLES)
    this.count = count
  }

  get full (): boolean { return this.count === BATCH_CHUNKS }

  add (streamId: number, chunk: Int16Array): void {
    this.streamIds[this.count] = streamId
    this.samples.set(chunk, this.count * CHUNK_SAMPLES)
    this.count++
  }
}
