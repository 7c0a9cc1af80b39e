import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeMulaw } from '../../src/audio/mulaw.ts'
import { resample } from '../../src/audio/resample.ts'
import { encodeWav } from '../../src/audio/wav.ts'

/** What a browser's audio runs at. */
const RATE_HZ = 48_000

/** Recordings in μ-law at 8 kHz and silences of so many milliseconds, one after another, as 16-bit WAV. */
export const wavOf = (...parts: Array<Uint8Array | number>): Uint8Array => {
  const pcm = parts.map((part) => typeof part === 'number' ? new Int16Array(part * RATE_HZ / 1000) : resample(decodeMulaw(part), 8000, RATE_HZ))
  const whole = new Int16Array(pcm.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of pcm) {
    whole.set(part, at)
    at += part.length
  }
  return encodeWav(whole, { sampleRateHz: RATE_HZ, channels: 1 })
}

/** A file in a folder for a browser's microphone, which plays it over and over from when it is first asked for. */
export const microphoneFile = async (dir: string, ...parts: Array<Uint8Array | number>): Promise<string> => {
  const path = join(dir, 'microphone.wav')
  await writeFile(path, wavOf(...parts))
  return path
}
