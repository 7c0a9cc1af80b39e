import { CHUNK_SAMPLES } from './vad.ts'

/** Cuts one stream's audio, which arrives in frames of any length, into the model's chunks, and measures them on the way. */
export class Chunker {
  readonly #chunk = new Int16Array(CHUNK_SAMPLES)
  readonly #onChunk: (chunk: Int16Array, meanSquare: number) => void
  #filled = 0
  #energy = 0

  /** @param onChunk is given the same buffer each time, valid until it returns, and the mean square of its samples */
  constructor (onChunk: (chunk: Int16Array, meanSquare: number) => void) {
    this.#onChunk = onChunk
  }

  push (pcm: Int16Array): void {
    for (let start = 0; start < pcm.length;) {
      const end = Math.min(pcm.length, start + CHUNK_SAMPLES - this.#filled)
      this.#take(pcm, start, end)
      start = end
      if (this.#filled < CHUNK_SAMPLES) return
      const meanSquare = this.#energy / CHUNK_SAMPLES
      this.#filled = 0
      this.#energy = 0
      this.#onChunk(this.#chunk, meanSquare)
    }
  }

  #take (pcm: Int16Array, start: number, end: number): void {
    const chunk = this.#chunk
    const shift = this.#filled - start
    let energy = 0
    for (let i = start; i < end; i++) {
      const sample = pcm[i]!
      chunk[shift + i] = sample
      energy += sample * sample
    }
    this.#filled = shift + end
    this.#energy += energy
  }
}
