import { rms } from '../../src/audio/level.ts'
import { decodeMulaw } from '../../src/audio/mulaw.ts'

/** 20 ms at 8 kHz. */
const WINDOW_SAMPLES = 160
/** About a quiet room's, so that differences of silence do not count. */
const FLOOR_RMS = 100
/** Other words of the same voice come to less than 0.6; the same ones, through a browser's gain control and noise suppression, to more than 0.85. */
const SAME = 0.75

const loudness = (pcm: Int16Array): number[] =>
  Array.from({ length: Math.floor(pcm.length / WINDOW_SAMPLES) }, (_, n) => Math.log(FLOOR_RMS + rms(pcm, n * WINDOW_SAMPLES, (n + 1) * WINDOW_SAMPLES)))

/**
 * Recognises whole recordings in audio that a browser has resampled, levelled and cleaned: by how their loudness goes up and down. Gives the text of the
 * one that is likest; anything else gives no words.
 */
export const recordingsByLoudness = (recordings: ReadonlyArray<{ audio: Uint8Array, text: string }>): ((pcm: Int16Array) => string) => {
  const known = recordings.map(({ audio, text }) => ({ curve: loudness(decodeMulaw(audio)), text }))
  return (pcm) => {
    const heard = loudness(pcm)
    const likest = known.map(({ curve, text }) => ({ text, likeness: likeness(heard, curve) })).sort((a, b) => b.likeness - a.likeness)[0]
    return likest !== undefined && likest.likeness > SAME ? likest.text : ''
  }
}

/** The correlation of a recording with what was heard, wherever in that it fits best. A fifth of it may be missing at the ends. */
const likeness = (heard: readonly number[], curve: readonly number[]): number => {
  const slack = Math.floor(curve.length / 5)
  let best = 0
  for (let shift = -slack; shift + curve.length <= heard.length + slack; shift++) {
    const from = Math.max(0, -shift)
    const to = Math.min(curve.length, heard.length - shift)
    if (to - from >= curve.length - slack) best = Math.max(best, correlation(heard.slice(from + shift, to + shift), curve.slice(from, to)))
  }
  return best
}

const correlation = (a: readonly number[], b: readonly number[]): number => {
  const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length
  const [meanA, meanB] = [mean(a), mean(b)]
  let [both, squaresA, squaresB] = [0, 0, 0]
  for (const [n, value] of a.entries()) {
    const [x, y] = [value - meanA, b[n]! - meanB]
    both += x * y
    squaresA += x * x
    squaresB += y * y
  }
  return squaresA === 0 || squaresB === 0 ? 0 : both / Math.sqrt(squaresA * squaresB)
}
