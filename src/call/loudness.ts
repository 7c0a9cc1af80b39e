import { CHUNK_MS, CHUNK_SAMPLES } from '../vad/vad.ts'

/** Chunks whose level is remembered: the VAD's answer comes at most this much later (2 s). */
const REMEMBERED = 64
/** Levels are decibels over one step of 16-bit PCM: speech is 55–75, a quiet line about 28. A floor below this is digital silence, which tells nothing of the line. */
const LOWEST_FLOOR_DB = 30
/** A voice's faintest consonants are still this much over its line's noise. */
const LOUD_OVER_FLOOR_DB = 12
/** The floor follows a line that becomes noisier at 1 dB a second, slowly enough not to climb up long sentences, and one that becomes quieter at once. */
const FLOOR_RISE_DB = 1 * CHUNK_MS / 1000

/**
 * Which chunks of the caller's audio stand out of the line's noise. A voice detector is slower: measured on recordings, its probability
 * falls up to 130 ms before a faint last consonant ends, and rises 30–60 ms after a word begins.
 */
export class Loudness {
  readonly #loud = new Uint8Array(REMEMBERED)
  #chunks = 0
  #samples = 0
  #energy = 0
  #floorDb = LOWEST_FLOOR_DB

  /** Takes PCM16 at 8 kHz, any number of samples. */
  push (pcm: Int16Array): void {
    for (let start = 0; start < pcm.length;) {
      const end = Math.min(pcm.length, start + CHUNK_SAMPLES - this.#samples)
      let energy = 0
      for (let i = start; i < end; i++) energy += pcm[i]! * pcm[i]!
      this.#energy += energy
      this.#samples += end - start
      start = end
      if (this.#samples === CHUNK_SAMPLES) this.#endChunk()
    }
  }

  /** Whether the chunk that ended at this position was loud. Unknown ones are not. */
  at (endMs: number): boolean {
    const chunk = Math.round(endMs / CHUNK_MS) - 1
    return chunk >= 0 && chunk < this.#chunks && chunk >= this.#chunks - REMEMBERED && this.#loud[chunk % REMEMBERED] === 1
  }

  #endChunk (): void {
    const levelDb = 10 * Math.log10(this.#energy / CHUNK_SAMPLES + 1)
    this.#loud[this.#chunks % REMEMBERED] = levelDb > this.#floorDb + LOUD_OVER_FLOOR_DB ? 1 : 0
    this.#floorDb = Math.max(LOWEST_FLOOR_DB, Math.min(levelDb, this.#floorDb + FLOOR_RISE_DB))
    this.#chunks++
    this.#samples = 0
    this.#energy = 0
  }
}
