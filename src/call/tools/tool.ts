import type { LlmTool } from '../../llm/llm.ts'

/** Something the model can do, beside speaking. */
export interface Tool extends LlmTool {
  /** It is given up after this long. */
  timeoutMs: number
  /**
   * @param args checked against `parameters`
   * @throws {EarshotError} whose message the model is told; of any other error it hears only that the tool failed
   */
  run (args: ToolArguments, context: ToolContext, signal: AbortSignal): Promise<ToolOutcome>
}

export type ToolArguments = Record<string, unknown>

/** The call in which a tool runs. */
export interface ToolContext {
  /** The person on the phone, whoever called whom; E.164, or what the network gave instead ("anonymous"). */
  callerNumber: string
}

export interface ToolOutcome {
  /** What the model reads. */
  content: string
  effect?: ToolEffect
}

/** What the call engine does when the reply that asked for it has been heard. */
export type ToolEffect =
  /** `farewell` is spoken if the reply said nothing. */
  | { type: 'end_call', farewell?: string }
  /** `to` is a phone number, E.164. */
  | { type: 'transfer', to: string, announcement: string }
  /** 0–9, A–D, *, #, and w for a pause of half a second. */
  | { type: 'send_dtmf', digits: string }

/** Tools that only say what is to be done with the call answer at once. */
export const INSTANT_TIMEOUT_MS = 1000
