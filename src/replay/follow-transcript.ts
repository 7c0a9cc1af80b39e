import type { Clock } from '../clock.ts'
import type { TranscriptTurn } from '../store/calls.ts'
import { sleep } from '../sleep.ts'

/** What is read of a call while it goes on. */
export interface CallSoFar { status: 'active' | 'completed', transcript: TranscriptTurn[] }

/** Often enough that a turn is told as it happens. */
const EVERY_MS = 100

/**
 * Tells each turn of a call as it is stored, until the call's record is completed or the signal says enough.
 * @param read the record as it is now; undefined while there is none
 */
export const followTranscript = async (clock: Clock, read: () => Promise<CallSoFar | undefined>, onTurn: (turn: TranscriptTurn) => void, signal: AbortSignal): Promise<void> => {
  let told = 0
  for (;;) {
    const call = await read()
    for (const turn of call?.transcript.slice(told) ?? []) onTurn(turn)
    told = call?.transcript.length ?? told
    if (call?.status === 'completed' || signal.aborted) return
    await sleep(clock, EVERY_MS, signal).catch(() => {})
  }
}
