import type { CallAgent } from '../call/agent.ts'
import type { CallEvent } from '../call/events.ts'
import type { PhraseBook } from '../call/phrases.ts'
import type { CallTools } from '../call/tools/index.ts'
import type { Llm } from '../llm/llm.ts'
import type { AgentRecord } from '../store/agents.ts'
import type { CallRecord } from '../store/calls.ts'
import type { Stt } from '../stt/stt.ts'
import type { Tts } from '../tts/tts.ts'
import type { MessageText, TwilioMessage } from './messages.ts'

/** Whoever keeps what goes on in calls. It cannot change a call: nothing here waits or throws. */
export interface StreamRecorder {
  /** A media socket has opened. */
  follow (): StreamTap
}

/** What a call asks for words, voices and deeds. */
export interface Voices { stt: Stt, llm: Llm, tts: Tts, phrases: PhraseBook, toolBox: CallTools }

/** One media stream, as it goes. */
export interface StreamTap {
  /** A message of Twilio's: as it came, and as it was read. */
  received (text: MessageText, message: TwilioMessage): void
  sentAudio (mulaw: Uint8Array): void
  sentMark (name: string): void
  sentClear (): void
  /**
   * It is known whose call this is.
   * @param settings the agent's, as they are in this call
   * @returns the same voices, or watched ones
   */
  begin (call: CallRecord, agent: AgentRecord, settings: CallAgent, voices: Voices): Voices
  happened (event: CallEvent): void
  /** Nothing more comes. */
  close (): void
}
