import type { UsageMeter } from '../usage.ts'

/** The agent's language model: messages in, a stream of text and tool calls out. */
export interface Llm {
  /**
   * Streams one reply. The iterator ends after the last event; aborting the signal ends the request.
   * @throws {EarshotError} as Stt.transcribe
   */
  stream (request: LlmRequest, signal: AbortSignal): AsyncIterable<LlmEvent>
}

export interface LlmRequest {
  /** The agent's inferenceModel; empty for the provider's default. */
  model: string
  messages: LlmMessage[]
  temperature: number
  maxTokens: number
  tools?: LlmTool[]
  /** Told what the request costs, whoever serves it. */
  meter?: UsageMeter
  /** The call it is made for, as the log names it. */
  callSid?: string | undefined
}

export type LlmMessage =
  | { role: 'system' | 'user', content: string }
  | { role: 'assistant', content: string, toolCalls?: LlmToolCall[] }
  | { role: 'tool', toolCallId: string, content: string }

export interface LlmTool {
  name: string
  description: string
  /** JSON Schema of the arguments, an object. */
  parameters: Record<string, unknown>
}

export interface LlmToolCall {
  id: string
  name: string
  /** JSON text as the model wrote it; not yet checked against the tool's schema. */
  arguments: string
}

export type LlmEvent =
  | { type: 'text', text: string }
  | ({ type: 'tool_call' } & LlmToolCall)
  | { type: 'usage', inputTokens: number, outputTokens: number }
