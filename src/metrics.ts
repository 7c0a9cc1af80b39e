import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Meter } from './metered.ts'
import { amountsOf } from './usage.ts'

/** From a cached sentence to a provider that is about to time out. */
const LATENCY_BUCKETS_SECONDS = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10]

/** Between what is allowed (300 ms) and what is felt as deaf. */
const BARGE_IN_BUCKETS_SECONDS = [0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 1, 2]

/** What Prometheus reads. Each app has its own, so that two in one process do not count together. */
export type Metrics = ReturnType<typeof createMetrics>

export function createMetrics () {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: 'earshot_' })
  return {
    registry,
    liveCalls: new Gauge({ name: 'earshot_calls_live', help: 'Calls that this process carries now', registers }),
    calls: new Counter({ name: 'earshot_calls_total', help: 'Calls whose media stream has begun', labelNames: ['direction'] as const, registers }),
    ends: new Counter({ name: 'earshot_call_ends_total', help: 'Calls that ended, by reason', labelNames: ['reason'] as const, registers }),
    refusals: new Counter({ name: 'earshot_call_refusals_total', help: 'Calls answered with a spoken refusal, by reason', labelNames: ['reason'] as const, registers }),
    turns: new Counter({ name: 'earshot_turns_total', help: 'Turns stored, by role', labelNames: ['role'] as const, registers }),
    interruptions: new Counter({ name: 'earshot_interruptions_total', help: 'Replies cut off by the caller', registers }),
    speculations: new Counter({ name: 'earshot_speculations_total', help: 'Requests made before the turn was surely over, by what became of them', labelNames: ['outcome'] as const, registers }),
    stageSeconds: new Histogram({
      name: 'earshot_stage_seconds',
      help: 'Time from the end of the caller\'s speech to each stage of the answer',
      labelNames: ['stage'] as const,
      buckets: LATENCY_BUCKETS_SECONDS,
      registers
    }),
    gaps: new Counter({ name: 'earshot_gaps_total', help: 'Times that the far end ran out of audio inside an utterance', registers }),
    bargeInSeconds: new Histogram({
      name: 'earshot_barge_in_seconds',
      help: 'Time from the onset of the caller\'s speech to the agent\'s silence',
      buckets: BARGE_IN_BUCKETS_SECONDS,
      registers
    }),
    resumptions: new Counter({ name: 'earshot_resumptions_total', help: 'Replies that went on after a noise', registers }),
    retractions: new Counter({ name: 'earshot_retractions_total', help: 'Replies taken back because the caller had not finished', registers }),
    transcriptions: new Counter({ name: 'earshot_transcriptions_total', help: 'Stretches of speech that were to be recognised', registers }),
    failures: new Counter({ name: 'earshot_stage_failures_total', help: 'Stages of calls that failed for good, after every retry', labelNames: ['stage'] as const, registers }),
    usage: new Counter({ name: 'earshot_usage_total', help: 'What providers were used for, aborted requests too', labelNames: ['stage', 'provider', 'unit'] as const, registers }),
    providerErrors: new Counter({ name: 'earshot_provider_errors_total', help: 'Attempts at a provider that failed', labelNames: ['stage', 'provider', 'code'] as const, registers }),
    archiveFailures: new Counter({ name: 'earshot_archive_failures_total', help: 'Tapes and recordings that could not be written whole, by kind', labelNames: ['kind'] as const, registers }),
    backlog: new Gauge({ name: 'earshot_backlog', help: 'Work of all processes that is due and not done: the same from every process', labelNames: ['queue'] as const, registers }),
    databaseUp: new Gauge({ name: 'earshot_database_up', help: '1 when the database answered within two seconds, else 0', registers }),
    draining: new Gauge({ name: 'earshot_draining', help: '1 when the process takes no new calls because it is about to end', registers }),
    schedules: new Counter({ name: 'earshot_schedules_total', help: 'Scheduled calls that are finished, by what became of them', labelNames: ['status'] as const, registers }),
    texts: new Counter({ name: 'earshot_texts_total', help: 'Text messages: received, answered, not answered, and those that failed', labelNames: ['outcome'] as const, registers }),
    webhookAttempts: new Counter({ name: 'earshot_webhook_attempts_total', help: 'Attempts to tell users\' webhooks of an event, by what became of them', labelNames: ['outcome'] as const, registers }),
    streamErrors: new Counter({ name: 'earshot_stream_errors_total', help: 'Messages on a media socket that were not what they should be, by kind', labelNames: ['kind'] as const, registers })
  }
}

/** Counts what every request costs. */
export const usageMeter = ({ usage }: Metrics): Meter => ({
  end: (use) => {
    for (const [unit, amount] of amountsOf(use)) usage.inc({ stage: use.stage, provider: use.provider, unit }, amount)
  }
})
