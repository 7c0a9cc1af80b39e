import type { Underruns } from './playback.ts'

/** Of a media stream's audio: μ-law, a byte a sample. */
export const STREAM_RATE_HZ = 8000

/** What the processor is called. */
export const PROCESSOR = 'earshot-phone'

/** To the audio thread. */
export type ToWorklet =
  | { type: 'media', mulaw: Uint8Array<ArrayBuffer> }
  | { type: 'mark', name: string }
  | { type: 'clear' }
  | { type: 'mute', muted: boolean }
  | { type: 'close' }

/** From the audio thread. */
export type FromWorklet =
  /** Every 20 ms: what the microphone heard, and the levels of both sides, root mean squares from 0 to 1. */
  | { type: 'frame', mulaw: Uint8Array<ArrayBuffer>, callerLevel: number, agentLevel: number, underruns: Underruns }
  | { type: 'mark', name: string }
