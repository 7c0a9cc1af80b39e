/**
 * Voice activity detection: how likely it is, for each short stretch of one caller's audio, that a person speaks.
 * One Vad serves every call of the process; a VadStream is one call's share of it.
 */
export interface Vad {
  /** Opens a stream; `onChunk` is called for every chunk, in order, and never after `close()`. */
  open (onChunk: (chunk: VadChunk) => void): VadStream
  close (): Promise<void>
}

export interface VadStream {
  /** Takes PCM16 at 8 kHz, any number of samples. The buffer may be reused by the caller afterwards. */
  push (pcm: Int16Array): void
  close (): void
}

export interface VadChunk {
  /** Probability of speech, 0 to 1. */
  probability: number
  /** Position of the chunk's end in the stream, in milliseconds of audio since it was opened. */
  endMs: number
  /** Mean square of its samples of PCM16: how loud it is, whoever made the sound. */
  meanSquare: number
}

/** Samples in a chunk at 8 kHz: 32 ms, the only size Silero's 8 kHz branch accepts. */
export const CHUNK_SAMPLES = 256
/** Duration of a chunk in milliseconds. */
export const CHUNK_MS = 32
/** All of Earshot's telephone audio. */
export const SAMPLE_RATE_HZ = 8000
