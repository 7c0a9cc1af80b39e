import { dbfs } from '../audio/level.ts'
import { Chunker } from './chunker.ts'
import { CHUNK_MS, type Vad, type VadChunk, type VadStream } from './vad.ts'

/** Speech is this much louder than the line's own noise … */
const ABOVE_NOISE_DB = 10
/** … and never quieter than this: a telephone voice is at −15 to −35 dBFS. */
const QUIETEST_SPEECH_DBFS = -48
/** Half the chunks' spread around the threshold over which the probability goes from 0.27 to 0.73. */
const SLOPE_DB = 2
/** The noise is the quietest chunk of the last one to two seconds: speech always has gaps in that time, between syllables and words. */
const NOISE_WINDOW_CHUNKS = 32
/** Before anything was heard, and the most that is believed of a line, so that steady loud speech is not taken for noise. */
const NOISE_AT_START_DBFS = -65
const LOUDEST_NOISE_DBFS = -38
/** Bridges the gaps inside words: after speech the probability halves with each chunk, so it is under 0.35 after 64 ms. */
const RELEASE = 0.5

/** One stream's level detector: speech is what is louder than the quietest moments before it. It hears music and shouting alike. */
export class EnergyDetector {
  #probability = 0
  #windowMinDbfs = Infinity
  #lastWindowMinDbfs = NOISE_AT_START_DBFS
  #chunks = 0

  /** @param meanSquare of a chunk's samples of PCM16; returns the probability of speech in it */
  detect (meanSquare: number): number {
    const levelDbfs = dbfs(Math.sqrt(meanSquare))
    const noiseDbfs = Math.min(LOUDEST_NOISE_DBFS, this.#lastWindowMinDbfs, this.#windowMinDbfs)
    const thresholdDbfs = Math.max(QUIETEST_SPEECH_DBFS, noiseDbfs + ABOVE_NOISE_DB)
    const loud = 1 / (1 + Math.exp((thresholdDbfs - levelDbfs) / SLOPE_DB))
    this.#probability = Math.max(loud, this.#probability * RELEASE)
    this.#windowMinDbfs = Math.min(this.#windowMinDbfs, levelDbfs)
    if (++this.#chunks % NOISE_WINDOW_CHUNKS === 0) {
      this.#lastWindowMinDbfs = this.#windowMinDbfs
      this.#windowMinDbfs = Infinity
    }
    return this.#probability
  }
}

/** Voice activity by level alone: no model, no thread, `onChunk` called inside `push`. */
export class EnergyVad implements Vad {
  open (onChunk: (chunk: VadChunk) => void): VadStream {
    const detector = new EnergyDetector()
    let open = true
    let endMs = 0
    const chunker = new Chunker((_, meanSquare) => {
      if (!open) return
      endMs += CHUNK_MS
      onChunk({ probability: detector.detect(meanSquare), endMs, meanSquare })
    })
    return {
      push: (pcm) => { if (open) chunker.push(pcm) },
      close: () => { open = false }
    }
  }

  close (): Promise<void> { return Promise.resolve() }
}
