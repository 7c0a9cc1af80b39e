/** The recorded callers with every span of their speech, and how well a detector found them. */
import { readFileSync, readdirSync } from 'node:fs'
import { decodeMulaw } from '../../src/audio/mulaw.ts'
import { CHUNK_MS, SAMPLE_RATE_HZ, type Vad, type VadChunk } from '../../src/vad/vad.ts'

const FOLDER = new URL('../../fixtures/callers/', import.meta.url)
/** Silence after the last word, in which the detector must let go. */
const TAIL_MS = 1500

export interface Recording {
  name: string
  /** PCM16 at 8 kHz, with the tail. */
  pcm: Int16Array
  speech: Array<[startMs: number, endMs: number]>
}

export function readRecordings (): Recording[] {
  const tail = noise(TAIL_MS * SAMPLE_RATE_HZ / 1000, 'room', -62)
  return readdirSync(FOLDER).filter((file) => file.endsWith('.ulaw')).map((file) => {
    const name = file.slice(0, -'.ulaw'.length)
    const voice = decodeMulaw(readFileSync(new URL(file, FOLDER)))
    const pcm = new Int16Array(voice.length + tail.length)
    pcm.set(voice)
    pcm.set(tail, voice.length)
    const { speech } = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as Pick<Recording, 'speech'>
    return { name, pcm, speech }
  })
}

/** Noise of a root mean square level, the same every time; the spectrum is flat, falls from about 400 Hz, or falls throughout. */
export function noise (samples: number, kind: 'white' | 'room' | 'brown', levelDbfs: number): Int16Array {
  const keep = { white: 0, room: 0.7, brown: 0.995 }[kind]
  let seed = 1
  let level = 0
  const raw = Float64Array.from({ length: samples }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0
    level = keep * level + (seed / 2 ** 31)
    return level
  })
  const power = raw.reduce((sum, sample) => sum + sample * sample, 0) / samples
  const gain = 32768 * 10 ** (levelDbfs / 20) / Math.sqrt(power)
  return Int16Array.from(raw, (sample) => Math.max(-32768, Math.min(32767, Math.round(sample * gain))))
}

/** Plays audio to a detector in Twilio's frames of 20 ms; `settle` waits for the last chunk. */
export async function hear (vad: Vad, pcms: Int16Array[], settle: () => Promise<void>): Promise<VadChunk[][]> {
  const heard = pcms.map((): VadChunk[] => [])
  const streams = heard.map((chunks) => vad.open((chunk) => chunks.push(chunk)))
  const longest = Math.max(...pcms.map((pcm) => pcm.length))
  for (let at = 0; at < longest; at += 160) streams.forEach((stream, i) => stream.push(pcms[i]!.subarray(at, at + 160)))
  await settle()
  streams.forEach((stream) => stream.close())
  return heard
}

/** Shares of the chunks over 0.5: of those inside speech, and of those at least 50 ms before and 200 ms after any. */
export function shares (chunks: VadChunk[], speech: Recording['speech']): { inside: number, outside: number } {
  const over = (some: VadChunk[]): number => some.length === 0 ? 0 : some.filter(({ probability }) => probability > 0.5).length / some.length
  return {
    inside: over(chunks.filter(({ endMs }) => speech.some(([from, to]) => endMs - CHUNK_MS >= from && endMs <= to))),
    outside: over(chunks.filter(({ endMs }) => speech.every(([from, to]) => endMs <= from - 50 || endMs - CHUNK_MS >= to + 200)))
  }
}

/** Milliseconds from each true onset until the probability has reached the threshold. */
export function onsetsMs (chunks: VadChunk[], speech: Recording['speech'], threshold: number): number[] {
  return speech.map(([from]) => chunks.find(({ endMs, probability }) => endMs > from - 60 && probability >= threshold)!.endMs - from)
}

/** Milliseconds from each true end of speech until the probability is under the threshold for two chunks; Infinity when the next words came first. */
export function offsetsMs (chunks: VadChunk[], speech: Recording['speech'], threshold: number): number[] {
  return speech.map(([, to], i) => {
    const end = chunks.findIndex(({ endMs, probability }, k) => endMs > to - 100 && probability < threshold && (chunks[k + 1]?.probability ?? 0) < threshold)
    const endMs = chunks[end]?.endMs ?? Infinity
    return endMs > (speech[i + 1]?.[0] ?? Infinity) ? Infinity : endMs - to
  })
}

/** The longest run over 0.5, in milliseconds. */
export function longestMs (chunks: VadChunk[]): number {
  let run = 0
  return chunks.reduce((longest, { probability }) => {
    run = probability > 0.5 ? run + CHUNK_MS : 0
    return Math.max(longest, run)
  }, 0)
}

export function percentile (values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
}
