import { decodeMulaw } from '../audio/mulaw.ts'
import { BYTES_PER_MS } from './line.ts'
import type { SpeechAudio } from './speech-audio.ts'

/** An echo comes back later than it was sent by our lead, the far end's buffer, the way there and back and the line's own delay. */
const MAX_DELAY_MS = 1200
/** A line returns at least this much less than it was given: the worst hybrid that echo cancellers are made for (ITU-T G.168). */
const MIN_LOSS_DB = 6
/** What is compared: the latest part of what the caller's side sent. Longer tells voices apart better, and costs as much more. */
const WINDOW_MS = 288
/** A voice's strength lies in its low frequencies, where two voices are alike; with all of this pre-emphasis noise would decide. */
const EMPHASIS = 0.8
/**
 * Correlation above this is an echo. Measured with the recorded callers as agent and as caller, 800 cases each, most with one voice on both sides.
 * Echoes 10 to 30 dB down, plain, band-passed, through hybrids and through the GSM, G.723.1 and Opus codecs, with noise 10 to 30 dB under them: half
 * reach 0.86, 5 % stay under 0.57. Speech that is no echo, alone or over one: half reach 0.17, 2 % reach 0.44. With the loss above, 98.9 % of
 * the echoes are recognised, and 0.4 % of interruptions are mistaken for one, 0.8 % of those spoken over an echo (3 % when only 128 to 192 ms have
 * been heard; the next of their words decides again). Of what a loudspeaker
 * returns through a room, 82 % are recognised.
 */
const MIN_CORRELATION = 0.45

/** The delay is looked for at 2 kHz: in all those cases the best of these few finds are as good as a search of every delay at 8 kHz, for a tenth of the work. */
const COARSE_SAMPLES = 4
const CANDIDATES = 8
/** Each find is then tried at 8 kHz, this far to each side. */
const NEAR_SAMPLES = 6

/** The same stretch of time from both sides, pre-emphasised. */
interface Comparison {
  heard: Float32Array
  sent: Float32Array
  heardEnergy: number
  /** Of as much of `sent` as `heard` has, by where it begins. */
  sentEnergy: Float64Array
  loudest: number
}

/**
 * Whether what came from the caller's side is the agent's own voice, returned by the line. Takes 0.7 ms of a processor, at most 2.
 * @param caller μ-law of the supposed speech
 * @param speech what the agent is saying
 * @param sentBytes how much of it has been sent
 */
export function isEcho (caller: Uint8Array, speech: SpeechAudio, sentBytes: number): boolean {
  const heard = decodeMulaw(caller.subarray(Math.max(0, caller.length - WINDOW_MS * BYTES_PER_MS)))
  const fromByte = Math.max(speech.firstByte, sentBytes - (MAX_DELAY_MS + WINDOW_MS) * BYTES_PER_MS)
  const sent = decodeMulaw(speech.read(fromByte, sentBytes - fromByte))
  if (heard.length < COARSE_SAMPLES || sent.length < heard.length) return false
  const fine = compare(heard, sent)
  const faintest = fine.heardEnergy * 10 ** (MIN_LOSS_DB / 10)
  if (fine.heardEnergy === 0 || fine.loudest < faintest) return false
  return likelyOffsets(compare(thin(heard), thin(sent))).some((coarse) => {
    for (let near = -NEAR_SAMPLES; near <= NEAR_SAMPLES; near++) {
      const offset = coarse * COARSE_SAMPLES + near
      if ((fine.sentEnergy[offset] ?? 0) >= faintest && correlation(fine, offset) >= MIN_CORRELATION) return true
    }
    return false
  })
}

function compare (heardPcm: ArrayLike<number>, sentPcm: ArrayLike<number>): Comparison {
  const heard = emphasise(heardPcm)
  const sent = emphasise(sentPcm)
  const length = heard.length
  const sentEnergy = new Float64Array(sent.length - length + 1)
  let energy = dot(sent.subarray(0, length), sent, 0)
  let loudest = energy
  sentEnergy[0] = energy
  for (let start = 1; start < sentEnergy.length; start++) {
    energy += sent[start + length - 1]! ** 2 - sent[start - 1]! ** 2
    sentEnergy[start] = energy
    if (energy > loudest) loudest = energy
  }
  return { heard, sent, heardEnergy: dot(heard, heard, 0), sentEnergy, loudest }
}

/** How alike the two sides are, 0 to 1, when what was heard was sent at this offset. */
function correlation ({ heard, sent, heardEnergy, sentEnergy, loudest }: Comparison, offset: number): number {
  const energy = sentEnergy[offset]
  // Near-silence correlates with anything.
  if (energy === undefined || energy < loudest / 1000) return 0
  return Math.abs(dot(heard, sent, offset)) / Math.sqrt(energy * heardEnergy)
}

/** The offsets at which the two sides are most alike, best first, neighbours left out. */
function likelyOffsets (comparison: Comparison): number[] {
  const correlations = new Float32Array(comparison.sentEnergy.length)
  for (let offset = 0; offset < correlations.length; offset++) correlations[offset] = correlation(comparison, offset)
  const at = (offset: number): number => correlations[offset] ?? 0
  const peaks: number[] = []
  for (let offset = 0; offset < correlations.length; offset++) {
    if (at(offset) > at(offset - 1) && at(offset) >= at(offset + 1)) peaks.push(offset)
  }
  return peaks.sort((a, b) => at(b) - at(a)).slice(0, CANDIDATES)
}

/** One sample for every four: their mean. */
function thin (pcm: Int16Array): Float32Array {
  const thinned = new Float32Array(Math.floor(pcm.length / COARSE_SAMPLES))
  for (let i = 0; i < thinned.length; i++) {
    const from = i * COARSE_SAMPLES
    thinned[i] = (pcm[from]! + pcm[from + 1]! + pcm[from + 2]! + pcm[from + 3]!) / COARSE_SAMPLES
  }
  return thinned
}

function emphasise (pcm: ArrayLike<number>): Float32Array {
  const signal = new Float32Array(pcm.length)
  let before = 0
  for (let i = 0; i < signal.length; i++) {
    const sample = pcm[i]!
    signal[i] = sample - EMPHASIS * before
    before = sample
  }
  return signal
}

/** Four sums at once: measured three times as fast as one. */
function dot (a: Float32Array, b: Float32Array, offset: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  const whole = a.length - a.length % 4
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i]! * b[offset + i]!
    s1 += a[i + 1]! * b[offset + i + 1]!
    s2 += a[i + 2]! * b[offset + i + 2]!
    s3 += a[i + 3]! * b[offset + i + 3]!
  }
  for (let i = whole; i < a.length; i++) s0 += a[i]! * b[offset + i]!
  return s0 + s1 + s2 + s3
}
