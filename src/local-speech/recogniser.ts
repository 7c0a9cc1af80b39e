import type { OfflineRecognizer } from 'sherpa-onnx-node'
import { dbfs, rms } from '../audio/level.ts'
import { RECOGNISER_RATE_HZ } from './engine.ts'
import { WorkQueue } from './work-queue.ts'

/** Moonshine was trained on clips below 30 s, and loses sentences in longer ones. */
const MAX_SEGMENT_S = 28
/** A long recording is cut at the quietest moment of this stretch before the limit. */
const CUT_WITHIN_S = 8
const CUT_STEP_S = 0.1
/** Below this there is nobody: a telephone line's own noise lies between −65 and −50 dBFS, quiet speech above −45. */
const SILENCE_DBFS = -60

/** English speech to text. */
export class Recogniser {
  readonly #engine: OfflineRecognizer
  readonly #queue = new WorkQueue()

  constructor (engine: OfflineRecognizer) {
    this.#engine = engine
  }

  /**
   * @param pcm PCM16, mono, 16 kHz, of any length
   * @returns the words, or nothing where nobody speaks
   */
  async transcribe (pcm: Int16Array, signal: AbortSignal): Promise<string> {
    const texts: string[] = []
    for (const segment of segmentsOf(pcm)) {
      if (dbfs(rms(segment)) < SILENCE_DBFS) continue
      const text = await this.#queue.run(async () => await this.#decode(segment), signal)
      if (!isInvention(text)) texts.push(text)
    }
    return texts.join(' ')
  }

  async #decode (pcm: Int16Array): Promise<string> {
    const stream = this.#engine.createStream()
    stream.acceptWaveform({ samples: Float32Array.from(pcm, (sample) => sample / 32768), sampleRate: RECOGNISER_RATE_HZ })
    return (await this.#engine.decodeAsync(stream)).text.trim()
  }
}

/** Pieces short enough for the model, cut at pauses. */
export function segmentsOf (pcm: Int16Array): Int16Array[] {
  const segments: Int16Array[] = []
  let rest = pcm
  while (rest.length > MAX_SEGMENT_S * RECOGNISER_RATE_HZ) {
    const cut = quietest(rest, (MAX_SEGMENT_S - CUT_WITHIN_S) * RECOGNISER_RATE_HZ, MAX_SEGMENT_S * RECOGNISER_RATE_HZ)
    segments.push(rest.subarray(0, cut))
    rest = rest.subarray(cut)
  }
  if (rest.length > 0) segments.push(rest)
  return segments
}

/** The middle of the quietest step between two places. */
function quietest (pcm: Int16Array, from: number, to: number): number {
  const step = CUT_STEP_S * RECOGNISER_RATE_HZ
  let best = from
  let lowest = Infinity
  for (let at = from; at + step <= to; at += step) {
    const level = rms(pcm, at, at + step)
    if (level >= lowest) continue
    lowest = level
    best = at
  }
  return best + step / 2
}

/**
 * How often the same words must come one after another to be an invention, by their number. People do say "no no no no",
 * dictate "four two four two four two" and repeat what was not understood.
 */
const loopTimes = (words: number): number => words === 1 ? 9 : words === 2 ? 5 : words < 5 ? 4 : 3

/** What Moonshine writes for noise, music and tones: a lone "You", or the same words over and over. */
export function isInvention (text: string): boolean {
  const words = text.toLowerCase().replace(/[^\p{L}\p{N}' ]/gu, '').split(' ').filter((word) => word !== '')
  if (words.length === 0 || (words.length === 1 && words[0] === 'you')) return true
  for (let length = 1; length <= words.length / 3; length++) if (longestLoop(words, length) >= loopTimes(length)) return true
  return false
}

/** How often, at most, `length` words come one after another. */
function longestLoop (words: string[], length: number): number {
  let longest = 1
  let same = 0
  for (let i = length; i < words.length; i++) {
    same = words[i] === words[i - length] ? same + 1 : 0
    longest = Math.max(longest, 1 + Math.floor(same / length))
  }
  return longest
}
