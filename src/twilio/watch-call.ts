import type { FastifyBaseLogger } from 'fastify'
import type { CallEvent } from '../call/events.ts'
import type { Metrics } from '../metrics.ts'

/** What a turn's latency calls the stages, and what their metric does. */
const STAGES: Record<string, string> = {
  sttMs: 'stt',
  llmFirstTokenMs: 'llm_first_token',
  firstClauseMs: 'first_clause',
  ttsFirstByteMs: 'tts_first_byte',
  firstFrameMs: 'first_frame',
  firstMarkMs: 'first_mark'
}

/** What happens in a call, as metrics and log lines. What is said stays out of both. */
export function watchCall (event: CallEvent, metrics: Metrics, log: FastifyBaseLogger): void {
  switch (event.type) {
    case 'turn':
      metrics.turns.inc({ role: event.turn.role })
      if (event.turn.interrupted === true) metrics.interruptions.inc()
      for (const [name, ms] of Object.entries(event.turn.latency ?? {})) metrics.stageSeconds.observe({ stage: STAGES[name] ?? name }, ms / 1000)
      return
    case 'answered': return log.debug({ latency: event.latency }, 'answered')
    case 'speculation': return metrics.speculations.inc({ outcome: event.used ? 'used' : 'dropped' })
    case 'transcription': return metrics.transcriptions.inc()
    case 'resumed': return metrics.resumptions.inc()
    case 'retracted': return metrics.retractions.inc()
    case 'gap':
      metrics.gaps.inc()
      return log.warn({ gapMs: Math.round(event.gapMs) }, 'gap in the agent\'s audio')
    case 'tool':
      if (event.error !== undefined) log.warn({ err: event.error, tool: event.tool }, 'a tool failed')
      return
    case 'failure':
      metrics.failures.inc({ stage: event.stage })
      return log.warn({ err: event.error, stage: event.stage }, 'a stage of the call failed')
    case 'barge_in':
      metrics.bargeInSeconds.observe(event.afterMs / 1000)
      return log.debug({ afterMs: event.afterMs }, 'caller spoke over the agent')
    case 'closed':
      metrics.ends.inc({ reason: event.reason })
      return log.info({ reason: event.reason }, 'call ended')
    case 'state':
    case 'partial':
  }
}
