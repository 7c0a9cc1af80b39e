import { decodeMulaw } from '../audio/mulaw.ts'
import { BYTES_PER_MS } from './line.ts'
import type { SpeechAudio } from './speech-audio.ts'

/** How far back a word's beginning is looked for: about one word. */
const LOOK_BACK_BYTES = 450 * BYTES_PER_MS
/** The gap before a word, as short as it may be. */
const WINDOW_BYTES = 30 * BYTES_PER_MS
const STEP_BYTES = 10 * BYTES_PER_MS

/**
 * Where to go on after a pause that need not have been: at the quietest moment shortly before what was heard, so that no
 * word begins in its middle.
 */
export function resumePoint (speech: SpeechAudio, heardBytes: number): number {
  const fromByte = Math.max(speech.firstByte, heardBytes - LOOK_BACK_BYTES)
  const pcm = decodeMulaw(speech.read(fromByte, heardBytes - fromByte))
  let best = heardBytes
  let bestLevel = Infinity
  for (let start = 0; start + WINDOW_BYTES <= pcm.length; start += STEP_BYTES) {
    let level = 0
    for (let i = start; i < start + WINDOW_BYTES; i++) level += Math.abs(pcm[i]!)
    if (level < bestLevel) {
      bestLevel = level
      best = fromByte + start
    }
  }
  return best
}
