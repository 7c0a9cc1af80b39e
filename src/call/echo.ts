import { decodeMulaw } from '../audio/mulaw.ts'
import { BYTES_PER_MS } from './line.ts'
import type { SpeechAudio } from './speech-audio.ts'

/** An echo comes back later than it was sent by our lead, the far end's buffer, the way there and back and the line's own delay. */
const MAX_DELAY_MS = 1200
/** Speech that is this close to the agent's own level, or above, is no echo: lines and handsets weaken theirs by 10 dB and more. */
const MIN_LOSS_DB = 8
/** What is compared: the latest part of what the caller's side sent. */
const WINDOW_MS = 224
/** Every second sample of a pre-emphasised signal is compared: 4 kHz holds enough of a voice to tell two apart, at a quarter of the work. */
const DECIMATION = 2
/**
 * Correlation above this is an echo. Measured on recorded voices: an echo 12 dB down, with noise 20 dB under it, reaches 0.8 and
 * more; another speaker over the same reply stays under 0.45.
 */
const MIN_CORRELATION = 0.55

/**
 * Whether what came from the caller's side is the agent's own voice, returned by the line.
 * @param caller μ-law of the supposed speech
 * @param speech what the agent is saying
 * @param sentBytes how much of it has been sent
 */
export function isEcho (caller: Uint8Array, speech: SpeechAudio, sentBytes: number): boolean {
  const heard = emphasise(caller.subarray(Math.max(0, caller.length - WINDOW_MS * BYTES_PER_MS)))
  const fromByte = Math.max(speech.firstByte, sentBytes - (MAX_DELAY_MS + WINDOW_MS) * BYTES_PER_MS)
  const sent = emphasise(speech.read(fromByte, sentBytes - fromByte))
  if (heard.length === 0 || sent.length < heard.length) return false
  const heardEnergy = energyOf(heard, 0, heard.length)
  const loudest = loudestWindow(sent, heard.length)
  if (heardEnergy === 0 || 10 * Math.log10(loudest / heardEnergy) < MIN_LOSS_DB) return false
  return bestCorrelation(heard, heardEnergy, sent, loudest) >= MIN_CORRELATION
}

/** Decodes, lifts the high frequencies so that pitch alone does not correlate, and thins out. */
function emphasise (mulaw: Uint8Array): Float32Array {
  const pcm = decodeMulaw(mulaw)
  const signal = new Float32Array(Math.floor(pcm.length / DECIMATION))
  let before = 0
  for (let i = 0; i < signal.length; i++) {
    const sample = (pcm[2 * i]! + pcm[2 * i + 1]!) / 2
    signal[i] = sample - 0.9 * before
    before = sample
  }
  return signal
}

function energyOf (signal: Float32Array, from: number, length: number): number {
  let energy = 0
  for (let i = from; i < from + length; i++) energy += signal[i]! ** 2
  return energy
}

function loudestWindow (signal: Float32Array, length: number): number {
  let energy = energyOf(signal, 0, length)
  let loudest = energy
  for (let start = 1; start + length <= signal.length; start++) {
    energy += signal[start + length - 1]! ** 2 - signal[start - 1]! ** 2
    if (energy > loudest) loudest = energy
  }
  return loudest
}

function bestCorrelation (heard: Float32Array, heardEnergy: number, sent: Float32Array, loudest: number): number {
  let best = 0
  let energy = energyOf(sent, 0, heard.length)
  for (let start = 0; start + heard.length <= sent.length; start++) {
    if (start > 0) energy += sent[start + heard.length - 1]! ** 2 - sent[start - 1]! ** 2
    // Near-silence correlates with anything.
    if (energy < loudest / 1000) continue
    let product = 0
    for (let i = 0; i < heard.length; i++) product += heard[i]! * sent[start + i]!
    const correlation = Math.abs(product) / Math.sqrt(energy * heardEnergy)
    if (correlation > best) best = correlation
  }
  return best
}
