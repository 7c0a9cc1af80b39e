import { CHUNK_MS } from '../vad/vad.ts'

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
  #floorDb = LOWEST_FLOOR_DB

  /** Takes the mean square of the next chunk's samples of PCM16. */
  isLoud (meanSquare: number): boolean {
    const levelDb = 10 * Math.log10(meanSquare + 1)
    const loud = levelDb > this.#floorDb + LOUD_OVER_FLOOR_DB
    this.#floorDb = Math.max(LOWEST_FLOOR_DB, Math.min(levelDb, this.#floorDb + FLOOR_RISE_DB))
    return loud
  }
}
