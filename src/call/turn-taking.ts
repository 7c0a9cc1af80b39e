import type { Completeness } from './completeness.ts'

/** How an agent takes turns. Every value can be set per agent; the defaults are for a telephone conversation. */
export interface TurnTaking {
  /** Probability at which a chunk counts as speech. */
  startThreshold: number
  /** Probability below which a chunk counts as silence; between the two the last judgement stands. */
  endThreshold: number
  /** Speech needed before a caller counts as speaking: shorter is a click or a breath. */
  minSpeechMs: number
  /** Speech that silences the agent. */
  bargeInMs: number
  /** Silence after which the words so far are transcribed, before anything is decided. */
  speculateAfterMs: number
  /** Whether to transcribe and answer before the turn is known to be over. Off: cheaper, and later by the providers' own time. */
  speculate: boolean
  /** Transcription requests allowed per second of the caller's speech, at most this many ahead of time. */
  requestsPerSpeechSecond: number
  /** The shortest silence that ends a turn, by what was said. */
  waitMs: Record<Completeness, number>
  /** Speech this soon after the reply's first sound means the caller had not finished: the reply never happened. */
  retractMs: number
  /** A caller is asked whether they are there after this much silence. 0: never. */
  idleMs: number
  /** The call ends, with a spoken goodbye, after this long. */
  maxCallMs: number
}

/**
 * Waits: in conversation, half of the pauses inside a turn are shorter than 500 ms, and callers who dictate or search for
 * a word pause around a second. A wait only costs time when the reply is ready before it ends.
 */
export const DEFAULT_TURN_TAKING: TurnTaking = {
  startThreshold: 0.5,
  endThreshold: 0.35,
  minSpeechMs: 96,
  bargeInMs: 192,
  speculateAfterMs: 32,
  speculate: true,
  requestsPerSpeechSecond: 1.5,
  waitMs: { finished: 500, 'short-answer': 500, unclear: 850, hanging: 1200, dictating: 1500, filler: 1300 },
  retractMs: 400,
  idleMs: 8000,
  maxCallMs: 3_600_000
}
