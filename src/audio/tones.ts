const SAMPLE_RATE_HZ = 8000

/** ITU-T Q.23: each key is one tone of the low group (its row) and one of the high group (its column). */
const LOW_HZ = [697, 770, 852, 941]
const HIGH_HZ = [1209, 1336, 1477, 1633]
const KEYS = '123A456B789C*0#D'

/**
 * Levels in dBm0. The high group is sent 2 dB above the low one, because lines lose more of it. Both lie in the middle of what receivers
 * accept (ITU-T Q.24: 0 to −25 dBm in the strictest network, twist from +4 to −8 dB).
 */
const LOW_DBM0 = -11
const HIGH_DBM0 = -9
/** ITU-T G.711: a sine at μ-law's overload point has 3.17 dBm0. */
const OVERLOAD_DBM0 = 3.17
const OVERLOAD_AMPLITUDE = 32_124
/** A tone that starts at once is a click over the whole band. */
const RAMP_MS = 2
/** Twilio's `w` in the digits of a call: half a second (https://www.twilio.com/docs/voice/api/call-resource). */
const PAUSE_MS = 500

export interface DtmfTiming {
  /** ITU-T Q.24: 40 ms must be recognised. More is robust against loss and packet concealment. */
  toneMs?: number
  /** ITU-T Q.24: some networks need 70 ms to tell two presses of one key apart. */
  gapMs?: number
}

/**
 * Key tones as PCM16 at 8 kHz: each digit a tone and a gap after it.
 * @param digits 0–9, A–D, * and #; `w` is a pause of half a second
 * @throws {RangeError} on any other character
 */
export function dtmf (digits: string, { toneMs = 100, gapMs = 100 }: DtmfTiming = {}): Int16Array {
  const parts = [...digits.toUpperCase()].map((digit) => {
    if (digit === 'W') return new Int16Array(samples(PAUSE_MS))
    const key = KEYS.indexOf(digit)
    if (key < 0) throw new RangeError(`digits: “${digit}” is not a key of a telephone`)
    return tone(LOW_HZ[key >> 2]!, HIGH_HZ[key & 3]!, samples(toneMs), samples(gapMs))
  })
  const pcm = new Int16Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    pcm.set(part, at)
    at += part.length
  }
  return pcm
}

function tone (lowHz: number, highHz: number, length: number, gap: number): Int16Array {
  const pcm = new Int16Array(length + gap)
  const low = amplitude(LOW_DBM0)
  const high = amplitude(HIGH_DBM0)
  const ramp = samples(RAMP_MS)
  for (let i = 0; i < length; i++) {
    const edge = Math.min(1, (i + 0.5) / ramp, (length - i - 0.5) / ramp)
    const phase = 2 * Math.PI * i / SAMPLE_RATE_HZ
    pcm[i] = Math.round(Math.sin(edge * Math.PI / 2) ** 2 * (low * Math.sin(phase * lowHz) + high * Math.sin(phase * highHz)))
  }
  return pcm
}

const samples = (ms: number): number => Math.round(ms * SAMPLE_RATE_HZ / 1000)
const amplitude = (dbm0: number): number => OVERLOAD_AMPLITUDE * 10 ** ((dbm0 - OVERLOAD_DBM0) / 20)
