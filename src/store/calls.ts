import { Type, type Static } from 'typebox'
import { Id, oneOf, recordSchema, Timestamp, type StoreFilled } from './record.ts'
import type { OwnedStore } from './owned-store.ts'

/** One finished turn of a call. `text` is what was heard: of an interrupted reply, only as far as it was played. */
export const TurnSchema = Type.Object({
  role: oneOf(['user', 'assistant', 'system', 'tool']),
  text: Type.String(),
  timestamp: Timestamp,
  interrupted: Type.Optional(Type.Boolean()),
  latency: Type.Optional(Type.Record(Type.String(), Type.Number(), { description: 'Milliseconds by stage' }))
}, { additionalProperties: false })
export type TranscriptTurn = Static<typeof TurnSchema>

/** Call fields are snake_case, in the database and in JSON. Numbers are as Twilio gives them: a caller may be "anonymous". */
export const CallSchema = recordSchema({
  call_sid: Type.String({ minLength: 1, maxLength: 64 }),
  from_number: Type.String({ maxLength: 64 }),
  to_number: Type.String({ maxLength: 64 }),
  agent_id: Id,
  session_id: Type.String({ maxLength: 64 }),
  status: oneOf(['active', 'completed']),
  start_time: Timestamp,
  end_time: Type.Optional(Timestamp),
  duration_seconds: Type.Optional(Type.Number({ minimum: 0 })),
  transcript: Type.Array(TurnSchema),
  direction: Type.Optional(oneOf(['incoming', 'outgoing'])),
  end_reason: Type.Optional(Type.String({ maxLength: 100, description: 'Why the call ended: a code, never what was said' })),
  latency: Type.Optional(Type.Record(Type.String(), Type.Number(), { description: 'Milliseconds by stage, over the whole call' })),
  usage: Type.Optional(Type.Record(Type.String(), Type.Number(), { description: 'Tokens, characters and seconds by provider' })),
  turn_count: Type.Integer({ minimum: 0, description: 'The length of the transcript' }),
  stream_token_hash: Type.Optional(Type.String({ description: 'SHA-256 of the one-time stream token, hexadecimal; never returned' })),
  stream_token_expires_at: Type.Optional(Timestamp),
  resume_count: Type.Optional(Type.Integer({ minimum: 0, description: 'How often the media stream was cut and connected again' }))
})
export type CallRecord = Static<typeof CallSchema>

/** A call as the voice webhook or the dialler knows it. */
export type NewCall =
  Pick<CallRecord, 'userId' | 'call_sid' | 'from_number' | 'to_number' | 'agent_id' | 'session_id' | 'start_time'> &
  Partial<Pick<CallRecord, 'direction' | 'stream_token_hash' | 'stream_token_expires_at'>>

/** How a call ended; `duration_seconds` is computed from its start. */
export type CallEnd = { end_time: Date } & Partial<Pick<CallRecord, 'end_reason' | 'latency' | 'usage'>>

export interface CallStore extends Pick<OwnedStore<CallRecord, Omit<CallRecord, StoreFilled>>, 'find' | 'list'> {
  /** Stores a call once: a second one with the same call_sid answers the first and `created: false`. */
  create (call: NewCall): Promise<{ call: CallRecord, created: boolean }>
  findBySid (callSid: string): Promise<CallRecord | undefined>
  /** Gives an active call a new stream token (a repeated webhook, a resumed stream); the one before is void. Undefined: no such active call. */
  setStreamToken (callSid: string, tokenHash: string, expiresAt: Date): Promise<CallRecord | undefined>
  /** Spends the token: answers the call once, and undefined for a token that is wrong, spent, expired or another call's. */
  redeemStreamToken (callSid: string, token: string): Promise<CallRecord | undefined>
  /**
   * Stores turn number `index` (from 0). Safe to repeat: a turn that is stored already is left alone.
   * @throws EarshotError `conflict` when another turn has this index or a turn before it is missing, `not_found` for an unknown call
   */
  appendTurn (callSid: string, index: number, turn: TranscriptTurn): Promise<void>
  /**
   * Takes up a call whose stream was cut: it is active, or was completed with the end_reason `connection_lost`. It becomes active again
   * without an end, gets a new stream token, and its resume_count goes up by one, all in one step.
   * Undefined: no such call, ended otherwise, or resumed `maxResumes` times already.
   */
  resume (callSid: string, tokenHash: string, expiresAt: Date, maxResumes: number): Promise<CallRecord | undefined>
  /** Ends a call. Only the first end counts; a repeated one answers the call as it is. Undefined: no such call. */
  complete (callSid: string, end: CallEnd): Promise<CallRecord | undefined>
}
