import { decodeMulaw, encodeMulaw } from '../audio/mulaw.ts'
import { rms } from '../audio/level.ts'
import { BYTES_PER_MS } from '../call/line.ts'
import { loudWindows } from './speech-bounds.ts'

/** A caller's words as recorded: μ-law at 8 kHz, and the text. */
export interface KnownRecording { audio: Uint8Array, text: string }

interface TimedRecording {
  audio: Buffer
  /** Each word with the middle of the time it is said at, in milliseconds from the recording's start. */
  words: Array<{ word: string, atMs: number }>
}

const PIECE_BYTES = 200 * BYTES_PER_MS
/** 20 ms of speech occur in one place only: 160 bytes are never the same twice, except in silence. */
const ANCHOR_BYTES = 20 * BYTES_PER_MS
/** Root mean square below which a piece is silence, about -44 dBFS: too little to be recognised by. */
const SILENT_RMS = 200

/**
 * Recognises audio by finding it in recordings whose text is known, byte by byte: a part of a recording gives the words said in that part,
 * several recordings in one request give their words in order, anything else gives no words. When each word is said is estimated from
 * the word's length and the recording's pauses.
 */
export const knownRecordings = (recordings: KnownRecording[]): ((pcm: Int16Array) => string) => {
  const known = recordings.map(timed)
  return (pcm) => {
    const mulaw = Buffer.from(encodeMulaw(pcm))
    const heard = new Map<TimedRecording, { fromMs: number, toMs: number }>()
    let latest: TimedRecording | undefined
    for (let start = 0; start < mulaw.length; start += PIECE_BYTES) {
      const length = Math.min(PIECE_BYTES, mulaw.length - start)
      const anchor = loudestAnchor(pcm, start, length)
      if (anchor === undefined) continue
      const pattern = mulaw.subarray(anchor, anchor + ANCHOR_BYTES)
      // The piece before was most likely of the same recording.
      const at = (recording: TimedRecording) => recording.audio.indexOf(pattern)
      const found: TimedRecording | undefined = latest !== undefined && at(latest) >= 0 ? latest : known.find((recording) => at(recording) >= 0)
      if (found === undefined) continue
      latest = found
      const fromMs = (at(found) - (anchor - start)) / BYTES_PER_MS
      const toMs = fromMs + length / BYTES_PER_MS
      const range = heard.get(found) ?? { fromMs, toMs }
      heard.set(found, { fromMs: Math.min(range.fromMs, fromMs), toMs: Math.max(range.toMs, toMs) })
    }
    return [...heard].flatMap(([{ words }, { fromMs, toMs }]) => words.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).map(({ word }) => word)).join(' ')
  }
}

/** Where the loudest 20 ms of a piece begin; undefined when it is silent or too short. */
const loudestAnchor = (pcm: Int16Array, start: number, length: number): number | undefined => {
  let best: number | undefined
  let loudest = SILENT_RMS
  for (let at = start; at + ANCHOR_BYTES <= start + length; at += ANCHOR_BYTES) {
    const loudness = rms(pcm, at, at + ANCHOR_BYTES)
    if (loudness <= loudest) continue
    loudest = loudness
    best = at
  }
  return best
}

/** Spreads the words over the loud parts of the recording, each word as long as it has characters. */
const timed = ({ audio, text }: KnownRecording): TimedRecording => {
  const loud = loudWindows(audio)
  const words = text.split(/\s+/).filter((word) => word !== '')
  const characters = words.reduce((sum, word) => sum + word.length, 0)
  let before = 0
  return {
    // The gateway decodes what it gets; the two bytes for zero become one.
    audio: Buffer.from(encodeMulaw(decodeMulaw(audio))),
    words: words.map((word) => {
      const middle = (before + word.length / 2) / characters
      before += word.length
      return { word, atMs: loud[Math.floor(middle * loud.length)] ?? 0 }
    })
  }
}
