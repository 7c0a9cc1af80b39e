import { CHUNK_SAMPLES } from './vad.ts'

/** Cuts one stream's audio, which arrives in frames of any length, into the model's chunks. */
export class Chunker {
  readonly #chunk = new Int16Array(CHUNK_SAMPLES)
  readonly #onChunk: (chunk: Int16Array) => void
  #filled = 0

  /** @param onChunk is given the same buffer each time, valid until it returns */
  constructor (onChunk: (chunk: Int16Array) => void) {
    this.#onChunk = onChunk
  }

  push (pcm: Int16Array): void {
    const chunk = this.#chunk
    let filled = this.#filled
    for (let i = 0; i < pcm.length; i++) {
      chunk[filled++] = pcm[i]!
      if (filled < CHUNK_SAMPLES) continue
      filled = 0
      this.#onChunk(chunk)
    }
    this.#filled = filled
  }
}
