import { decodeMulaw } from '../audio/mulaw.ts'
import { BYTES_PER_MS } from '../call/line.ts'

/** Quieter than this is a pause even on a noisy line; telephone speech is around -20 dBFS. */
const SPEECH_DBFS = -40
const WINDOW_MS = 10

/**
 * Where the sound in μ-law audio begins and ends, in milliseconds from its start: recordings have silence at their ends that is
 * nobody's reply time. All of it when it is silent throughout.
 */
export const speechBounds = (mulaw: Uint8Array): { startMs: number, endMs: number } => {
  const windowBytes = WINDOW_MS * BYTES_PER_MS
  const loud: number[] = []
  for (let offset = 0; offset < mulaw.length; offset += windowBytes) {
    const pcm = decodeMulaw(mulaw.subarray(offset, offset + windowBytes))
    const power = pcm.reduce((sum, sample) => sum + (sample / 32768) ** 2, 0) / pcm.length
    if (10 * Math.log10(power) > SPEECH_DBFS) loud.push(offset)
  }
  const [first, last] = [loud[0], loud.at(-1)]
  if (first === undefined || last === undefined) return { startMs: 0, endMs: mulaw.length / BYTES_PER_MS }
  return { startMs: first / BYTES_PER_MS, endMs: Math.min(mulaw.length, last + windowBytes) / BYTES_PER_MS }
}
