import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context, type Span, type Tracer } from '@opentelemetry/api'
import type { CallEvent, CallStateName } from '../call/events.ts'
import type { ToolRun } from '../call/tools/index.ts'
import type { TranscriptTurn } from '../call/transcript.ts'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { CallTrace, TracedCall } from './tracer.ts'

/** Each stage lasts from one time of the turn's latency to another; 0 is the end of the caller's speech. */
const STAGES: Array<[span: string, from: string | undefined, to: string]> = [
  ['stt', undefined, 'sttMs'],
  ['llm', 'sttMs', 'llmFirstTokenMs'],
  ['tts', 'firstClauseMs', 'ttsFirstByteMs']
]

/** An answer to the caller, or a sentence of Earshot's own: the greeting, a question whether somebody is there, an apology. */
type Kind = 'answer' | 'phrase'

/** What became of the agent's turn. */
type Outcome = 'heard' | 'interrupted' | 'retracted' | 'unheard'

/** An answer that has begun to sound. */
interface OpenTurn { span: Span, speechEndAtMs: number, latency: Record<string, number> }

/**
 * A call's events as spans: the call, in it a span for each turn of the agent's (from the end of the caller's speech to the end of the answer), in that one for each
 * stage, and one for each run of a tool. The stages' times are the engine's own. What is said stays out of it.
 */
export class CallSpans implements CallTrace {
  readonly #clock: Clock
  readonly #tracer: Tracer
  readonly #call: Span
  readonly #inCall: Context
  #turn: OpenTurn | undefined
  #turns = 0
  #endedAtMs: number | undefined

  constructor (clock: Clock, tracer: Tracer, { callSid, agentId, direction }: TracedCall) {
    this.#clock = clock
    this.#tracer = tracer
    this.#call = tracer.startSpan('call', {
      root: true,
      // What a collector counts requests and their errors by.
      kind: SpanKind.SERVER,
      startTime: clock.now(),
      attributes: { 'earshot.call_sid': callSid, 'earshot.agent_id': agentId, 'earshot.direction': direction }
    }, ROOT_CONTEXT)
    this.#inCall = trace.setSpan(ROOT_CONTEXT, this.#call)
  }

  get traceId (): string { return this.#call.spanContext().traceId }

  happened (event: CallEvent): void {
    switch (event.type) {
      case 'answered': return this.#answered(event.latency)
      case 'turn': return event.turn.role === 'assistant' ? this.#spoken(event.turn) : undefined
      case 'retracted': return this.#endTurn('retracted')
      case 'state': return this.#became(event.state)
      case 'barge_in': return this.#note('barge_in', { 'earshot.after_ms': event.afterMs })
      case 'resumed': return this.#note('resumed')
      case 'gap': return this.#note('gap', { 'earshot.gap_ms': Math.round(event.gapMs) })
      case 'failure': return this.#failed(event.stage, event.error)
      case 'tool': return this.#toolRan(event)
      case 'closed': return this.#closed(event.reason)
      case 'partial':
      case 'speculation':
      case 'transcription':
    }
  }

  #answered (latency: Record<string, number>): void {
    this.#endTurn('unheard')
    const speechEndAtMs = this.#clock.now() - (latency['firstFrameMs'] ?? 0)
    this.#turn = { span: this.#startTurn('answer', speechEndAtMs), speechEndAtMs, latency }
  }

  /** A phrase is a turn as well; it has only a playback. */
  #spoken ({ timestampMs, latency, interrupted }: TranscriptTurn): void {
    this.#turn ??= { span: this.#startTurn('phrase', timestampMs), speechEndAtMs: timestampMs, latency: { firstFrameMs: 0 } }
    if (latency !== undefined) this.#turn.latency = latency
    this.#endTurn(interrupted === true ? 'interrupted' : 'heard')
  }

  #became (state: CallStateName): void {
    // Cut before anything of it was heard: no turn of the transcript tells of it.
    if (state !== 'speaking' && state !== 'paused') this.#endTurn('unheard')
    if (state === 'closed') this.#endedAtMs = this.#clock.now()
  }

  #startTurn (kind: Kind, startTime: number): Span {
    return this.#tracer.startSpan('turn', { startTime, attributes: { 'earshot.turn': ++this.#turns, 'earshot.kind': kind } }, this.#inCall)
  }

  #endTurn (outcome: Outcome): void {
    const turn = this.#turn
    if (turn === undefined) return
    this.#turn = undefined
    const { span, speechEndAtMs, latency } = turn
    const inTurn = trace.setSpan(this.#inCall, span)
    const stage = (name: string, fromMs: number, endTime: number) => {
      const startTime = speechEndAtMs + fromMs
      this.#tracer.startSpan(name, { startTime }, inTurn).end(Math.max(startTime, endTime))
    }
    for (const [name, from, to] of STAGES) {
      const [fromMs, toMs] = [from === undefined ? 0 : latency[from], latency[to]]
      if (fromMs !== undefined && toMs !== undefined) stage(name, fromMs, speechEndAtMs + toMs)
    }
    const now = this.#clock.now()
    if (latency['firstFrameMs'] !== undefined) stage('playback', latency['firstFrameMs'], now)
    span.setAttribute('earshot.outcome', outcome).end(Math.max(speechEndAtMs, now))
  }

  #note (name: string, attributes: Record<string, string | number> = {}): void {
    const span = this.#turn?.span ?? this.#call
    span.addEvent(name, attributes, this.#clock.now())
  }

  /** The code only: an error's message may quote what it was about. */
  #failed (stage: string, error: unknown): void {
    this.#note('failure', { 'earshot.stage': stage, 'error.type': typeOf(error) })
    const span = this.#turn?.span ?? this.#call
    span.setStatus({ code: SpanStatusCode.ERROR, message: stage })
  }

  /** In the call and not in a turn: a tool runs before its answer begins to sound, which may then never happen. */
  #toolRan ({ tool, startedAtMs, error }: ToolRun): void {
    const span = this.#tracer.startSpan('tool', { startTime: startedAtMs, attributes: { 'earshot.tool': tool } }, this.#inCall)
    if (error !== undefined) span.setAttribute('error.type', typeOf(error)).setStatus({ code: SpanStatusCode.ERROR })
    span.end(this.#clock.now())
  }

  #closed (reason: string): void {
    this.#call.setAttribute('earshot.end_reason', reason).end(this.#endedAtMs ?? this.#clock.now())
  }
}

const typeOf = (error: unknown): string => error instanceof EarshotError ? error.code : error instanceof Error ? error.name : typeof error
