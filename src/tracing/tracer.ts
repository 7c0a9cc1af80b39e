import type { CallEvent } from '../call/events.ts'

/** What a trace says of the call as a whole; ids and codes, nothing personal. */
export interface TracedCall {
  callSid: string
  agentId: string
  direction: string
}

/** One call's trace. */
export interface CallTrace {
  /** As log lines name it, in 32 hexadecimal digits. */
  readonly traceId: string
  happened (event: CallEvent): void
}

/** Tells of calls as OpenTelemetry traces. */
export interface CallTracer {
  begin (call: TracedCall): CallTrace
  /** Sends what is left, within some seconds. Never rejects. */
  close (): Promise<void>
}
