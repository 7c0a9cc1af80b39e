import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** From a cached sentence to a provider that is about to time out. */
const LATENCY_BUCKETS_SECONDS = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10]

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
      help: 'Time that each stage of a turn took',
      labelNames: ['stage'] as const,
      buckets: LATENCY_BUCKETS_SECONDS,
      registers
    }),
    providerErrors: new Counter({ name: 'earshot_provider_errors_total', help: 'Attempts at a provider that failed', labelNames: ['stage', 'provider', 'code'] as const, registers }),
    streamErrors: new Counter({ name: 'earshot_stream_errors_total', help: 'Messages on a media socket that were not what they should be, by kind', labelNames: ['kind'] as const, registers })
  }
}
