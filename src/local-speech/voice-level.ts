import { dbfs, rms } from '../audio/level.ts'

/** A natural level of speech on a telephone line. */
const TARGET_DBFS = -20
/** The voice comes out at −19 to −25 dBFS, from sentence to sentence. Limits keep a single "um" from being blown up. */
const MIN_GAIN = 0.7
const MAX_GAIN = 2.5
/** A stretch of 20 ms below this is a pause. */
const PAUSE_DBFS = -45
const STEP_S = 0.02
/** Loudness up to which the signal is only scaled; what is above is bent towards full scale, and never clips. */
const KNEE = 0.6
/** What stays of the silence that the voice puts around each piece (up to 60 ms before and 190 ms after it). */
const LEAD_S = 0.02
const CLAUSE_PAUSE_S = 0.12
const SENTENCE_PAUSE_S = 0.25

/**
 * One piece of the voice at telephone level, without most of the silence around it.
 * @param samples −1 to 1
 * @returns PCM16 at the same rate
 */
export function levelled (samples: Float32Array, sampleRateHz: number, endsSentence: boolean): Int16Array {
  const pcm = Int16Array.from(samples, (sample) => sample * 32767)
  const { start, end, levelDbfs } = speechIn(pcm, Math.round(STEP_S * sampleRateHz))
  const gain = Math.min(MAX_GAIN, Math.max(MIN_GAIN, 10 ** ((TARGET_DBFS - levelDbfs) / 20)))
  const from = Math.max(0, start - Math.round(LEAD_S * sampleRateHz))
  const to = end + Math.round((endsSentence ? SENTENCE_PAUSE_S : CLAUSE_PAUSE_S) * sampleRateHz)
  return Int16Array.from(samples.subarray(from, to), (sample) => Math.round(32767 * limited(sample * gain)))
}

/** Where speech begins and ends, and its level without the pauses. */
function speechIn (pcm: Int16Array, step: number): { start: number, end: number, levelDbfs: number } {
  let start = -1
  let end = 0
  let energy = 0
  let steps = 0
  for (let at = 0; at < pcm.length; at += step) {
    const level = rms(pcm, at, Math.min(at + step, pcm.length))
    if (dbfs(level) < PAUSE_DBFS) continue
    if (start < 0) start = at
    end = at + step
    energy += level * level
    steps++
  }
  return steps === 0 ? { start: 0, end: 0, levelDbfs: TARGET_DBFS } : { start, end, levelDbfs: dbfs(Math.sqrt(energy / steps)) }
}

function limited (sample: number): number {
  const size = Math.abs(sample)
  if (size <= KNEE) return sample
  return Math.sign(sample) * (KNEE + (1 - KNEE) * Math.tanh((size - KNEE) / (1 - KNEE)))
}
