import type { Clock } from '../clock.ts'
import type { Stt } from '../stt/stt.ts'
import type { Vad } from '../vad/vad.ts'
import type { CallAgent } from './agent.ts'
import type { CallEvent } from './events.ts'
import type { Line } from './line.ts'
import type { PhraseBook } from './phrases.ts'
import type { ReplyDeps } from './reply.ts'
import type { TranscriptTurn, TranscriptWriter } from './transcript.ts'

/** What a call can have done to itself by the carrier. */
export interface CallControl {
  /** Ends the call. Resolves also when it is already over. */
  hangUp (): Promise<void>
  /** Connects the caller to another number; the stream ends with it. */
  transfer (to: string): Promise<void>
}

export interface CallDeps extends ReplyDeps {
  clock: Clock
  line: Line
  vad: Vad
  stt: Stt
  agent: CallAgent
  phrases: PhraseBook
  control: CallControl
  writer: TranscriptWriter
  /** Turns from before the stream was lost and taken up again here. */
  past?: TranscriptTurn[]
  /** What else the model should know, once it is known: the greeting does not wait for it. Never rejects. */
  background?: Promise<string | undefined>
  observe (event: CallEvent): void
  /** The call is over, by whatever way. Called once, before its record is complete. */
  onClosed (): void
}
