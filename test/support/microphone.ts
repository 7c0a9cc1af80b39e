import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeMulaw } from '../../src/audio/mulaw.ts'
import { resample } from '../../src/audio/resample.ts'
import { encodeWav } from '../../src/audio/wav.ts'

const RATE_HZ = 48_000

/** What a browser's microphone hears, as a WAV file: silence, then a voice of μ-law at 8 kHz, then a minute of silence. */
export const microphoneFile = async (dir: string, audio: Uint8Array, silenceMs: number): Promise<string> => {
  const voice = resample(decodeMulaw(audio), 8000, RATE_HZ)
  const pcm = new Int16Array(voice.length + (silenceMs + 60_000) * RATE_HZ / 1000)
  pcm.set(voice, silenceMs * RATE_HZ / 1000)
  const path = join(dir, 'microphone.wav')
  await writeFile(path, encodeWav(pcm, { sampleRateHz: RATE_HZ, channels: 1 }))
  return path
}
