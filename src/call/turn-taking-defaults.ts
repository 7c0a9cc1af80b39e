import type { TurnTaking } from './turn-taking.ts'

/**
 * Waits: in conversation, half of the pauses inside a turn are shorter than 500 ms, and callers who dictate or search for a word pause around a
 * second. A wait only costs time when the reply is ready before it ends, and with cloud providers that takes 850 ms.
 * Barge-in: over the recorded callers the agent is silenced 140 ms (median) and 280 ms (95 %) after the onset; with 192 ms of speech it is 200 and
 * 340. Music and noise never reach 100 ms, and what was nothing is gone on from where it was.
 */
export const DEFAULT_TURN_TAKING: TurnTaking = {
  startThreshold: 0.5,
  endThreshold: 0.35,
  minSpeechMs: 96,
  bargeInMs: 128,
  speculateAfterMs: 32,
  speculate: true,
  requestsPerSpeechSecond: 1.5,
  waitMs: { finished: 500, 'short-answer': 500, unclear: 850, hanging: 1200, dictating: 1500, filler: 1300 },
  retractMs: 400,
  idleMs: 8000,
  maxCallMs: 3_600_000
}
