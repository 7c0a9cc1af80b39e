import { CHUNK_MS } from './vad.ts'

/** Chunks of quiet after which the model has come to rest: half a second. */
const REST_CHUNKS = 16
const REST_PROBABILITY = 0.1
/** −45 dBFS: noise louder than this is listened to, since a voice may be hidden in it. */
const LOUDEST_QUIET = (32768 * 10 ** (-45 / 20)) ** 2
/** Noise varies from chunk to chunk by a decibel or two; 6 dB over its floor is something else. */
const OVER_FLOOR = 10 ** (6 / 10)
/** The floor follows noise that grows at 1 dB a second. */
const FLOOR_RISE = 10 ** (CHUNK_MS / 1000 / 10)
/** Under −60 dBFS nothing is told apart: a muted line sends μ-law's zero or idles around it. */
const LOWEST_FLOOR = (32768 * 10 ** (-66 / 20)) ** 2

/**
 * Tells which of a stream's chunks the model need not hear. A line on which nobody speaks is most of a call: its noise is skipped once the model has heard half a
 * second of it and come to rest. From then on its state, kept, is that of quiet. So a hole of lost packets inside a word changes nothing.
 * Measured with 852 onsets in the recorded callers, in flat, room and brown noise of −75 to −48 dBFS and after 3 s of it: 805 were heard in the same chunk
 * as without skipping, 15 later and 32 earlier.
 */
export class Rest {
  /** Mean square of the line's noise: the quietest chunk of late. */
  #floor = LOUDEST_QUIET
  /** Chunks in a row up to now that do not stand out of it. */
  #quietChunks = 0
  #probability = 0

  /** What the model made of the last chunk it heard. */
  heard (probability: number): void {
    this.#probability = probability
  }

  /** Takes the level of the next chunk, and tells whether it is one more of a quiet that the model knows. */
  skips (meanSquare: number): boolean {
    this.#floor = Math.max(LOWEST_FLOOR, Math.min(meanSquare, this.#floor * FLOOR_RISE, LOUDEST_QUIET))
    this.#quietChunks = meanSquare <= Math.min(this.#floor * OVER_FLOOR, LOUDEST_QUIET) ? this.#quietChunks + 1 : 0
    return this.#quietChunks > REST_CHUNKS && this.#probability < REST_PROBABILITY
  }
}
