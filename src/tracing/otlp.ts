import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, RandomIdGenerator, TracerProvider, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace'
import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import { CallSpans } from './call-spans.ts'
import type { CallTracer } from './tracer.ts'

export interface OtlpOptions {
  /** The collector's address; traces go to /v1/traces below it. */
  endpoint: string
  /** `name=value` pairs, separated by commas, as the variable OTEL_EXPORTER_OTLP_HEADERS has them. */
  headers: string | undefined
  serviceName: string
  clock: Clock
  log: FastifyBaseLogger
}

/** A batch that is not taken within this time is dropped, so that the end of the process does not wait for a collector that is away. */
const EXPORT_TIMEOUT_MS = 3000
/** Some hundred calls' worth of a few seconds; what is more is dropped. */
const MAX_QUEUE = 16_384
const BATCH = 1024

/** Sends traces as OTLP/JSON over HTTP, in batches, behind the calls' backs. */
export function openOtlpTracer ({ endpoint, headers, serviceName, clock, log }: OtlpOptions): CallTracer {
  const ids = new CallTraceIds()
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: parseHeaders(headers),
    timeoutMillis: EXPORT_TIMEOUT_MS
  })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.instance.id': `${hostname()}:${process.pid}` }),
    idGenerator: ids,
    spanProcessors: [new BatchSpanProcessor({ exporter: toldOfTrouble(exporter, log), maxQueueSize: MAX_QUEUE, maxExportBatchSize: BATCH, exportTimeoutMillis: EXPORT_TIMEOUT_MS })]
  })
  const tracer = provider.getTracer('earshot')
  return {
    begin: (call) => {
      ids.callSid = call.callSid
      return new CallSpans(clock, tracer, call)
    },
    close: async () => await provider.shutdown().catch((err: unknown) => log.warn({ err }, 'the last traces could not be sent'))
  }
}

/** A call that another process takes up goes on in the same trace: its id follows from the call's. */
class CallTraceIds extends RandomIdGenerator {
  callSid = ''
  override generateTraceId = (): string => createHash('sha256').update(this.callSid).digest('hex').slice(0, 32)
}

/** A line when the collector goes away, and one when it is back. */
function toldOfTrouble (exporter: SpanExporter, log: FastifyBaseLogger): SpanExporter {
  let away = false
  return {
    export: (spans: ReadableSpan[], done) => exporter.export(spans, (result) => {
      const failed = result.error !== undefined
      if (failed && !away) log.warn({ err: result.error }, 'traces cannot be sent')
      if (!failed && away) log.info('traces are sent again')
      away = failed
      done(result)
    }),
    forceFlush: async () => await exporter.forceFlush?.(),
    shutdown: async () => await exporter.shutdown()
  }
}

/** https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables */
const parseHeaders = (text = ''): Record<string, string> => Object.fromEntries(text.split(',').flatMap((pair) => {
  const at = pair.indexOf('=')
  return at < 1 ? [] : [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())]]
}))
