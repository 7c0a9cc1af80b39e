import type { ToolRun } from './tools/index.ts'
import type { TranscriptTurn } from './transcript.ts'

/** What a call tells the outside. Only for watching: nothing that happens on an event can change the call. */
export type CallEvent =
  /** A turn stands in the record. */
  | { type: 'turn', turn: TranscriptTurn }
  | { type: 'state', state: CallStateName }
  /** What the caller seems to be saying; it may still change. */
  | { type: 'partial', text: string }
  /** First sound of an answer: milliseconds by stage since the caller stopped speaking. */
  | { type: 'answered', latency: Record<string, number> }
  /** The caller spoke over the agent: how long after the onset of speech the agent was silenced. */
  | { type: 'barge_in', afterMs: number }
  /** It was nothing, and the agent went on. */
  | { type: 'resumed' }
  /** The reply had begun too early and was taken back. */
  | { type: 'retracted' }
  /** The far end ran out of audio inside an utterance. */
  | { type: 'gap', gapMs: number }
  /** An answer was prepared before the turn was over: used, or thrown away. */
  | { type: 'speculation', used: boolean }
  /** A transcription was asked for. */
  | { type: 'transcription' }
  | ({ type: 'tool' } & ToolRun)
  | { type: 'failure', stage: 'stt' | 'reply' | 'phrase' | 'control' | 'transcript', error: unknown }
  | { type: 'closed', reason: string }

export type CallStateName = 'listening' | 'deciding' | 'speaking' | 'paused' | 'ending' | 'closed'

/** The same watcher for the media path: when it fails, the audio goes on. */
export const safely = (observe: (event: CallEvent) => void) => (event: CallEvent): void => {
  try {
    observe(event)
  } catch {}
}
