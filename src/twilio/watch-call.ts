import type { FastifyBaseLogger } from 'fastify'
import type { CallEvent } from '../call/events.ts'
import type { Metrics } from '../metrics.ts'

/** What happens in a call, as metrics and log lines. What is said stays out of both. */
export function watchCall (event: CallEvent, metrics: Metrics, log: FastifyBaseLogger): void {
  if (event.type === 'turn') {
    metrics.turns.inc({ role: event.turn.role })
    if (event.turn.interrupted === true) metrics.interruptions.inc()
  } else if (event.type === 'answered') {
    metrics.stageSeconds.observe({ stage: 'reply' }, (event.latency['firstFrameMs'] ?? 0) / 1000)
    log.debug({ latency: event.latency }, 'answered')
  } else if (event.type === 'speculation') {
    metrics.speculations.inc({ outcome: event.used ? 'used' : 'dropped' })
  } else if (event.type === 'gap') {
    log.warn({ gapMs: Math.round(event.gapMs) }, 'gap in the agent\'s audio')
  } else if (event.type === 'failure') {
    log.warn({ err: event.error, stage: event.stage }, 'a stage of the call failed')
  } else if (event.type === 'barge_in') {
    log.debug({ afterMs: event.afterMs }, 'caller spoke over the agent')
  } else if (event.type === 'closed') {
    metrics.ends.inc({ reason: event.reason })
    log.info({ reason: event.reason }, 'call ended')
  }
}
