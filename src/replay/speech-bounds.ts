import { dbfs, rms } from '../audio/level.ts'
import { decodeMulaw } from '../audio/mulaw.ts'
import { BYTES_PER_MS } from '../call/line.ts'

/** Quieter than this is a pause even on a noisy line; telephone speech is around -20 dBFS. */
export const SPEECH_DBFS = -40
const WINDOW_MS = 10

/** The 10 ms windows of μ-law audio that hold sound: the start of each, in milliseconds. */
export const loudWindows = (mulaw: Uint8Array): number[] => {
  const pcm = decodeMulaw(mulaw)
  const windowSamples = WINDOW_MS * BYTES_PER_MS
  const loud: number[] = []
  for (let start = 0; start < pcm.length; start += windowSamples) {
    if (dbfs(rms(pcm, start, Math.min(pcm.length, start + windowSamples))) > SPEECH_DBFS) loud.push(start / BYTES_PER_MS)
  }
  return loud
}

/**
 * Where the sound in μ-law audio begins and ends, in milliseconds from its start: recordings have silence at their ends that is
 * nobody's reply time. All of it when it is silent throughout.
 */
export const speechBounds = (mulaw: Uint8Array): { startMs: number, endMs: number } => {
  const durationMs = mulaw.length / BYTES_PER_MS
  const loud = loudWindows(mulaw)
  const [first, last] = [loud[0], loud.at(-1)]
  if (first === undefined || last === undefined) return { startMs: 0, endMs: durationMs }
  return { startMs: first, endMs: Math.min(durationMs, last + WINDOW_MS) }
}
