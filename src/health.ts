import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Config } from './config.ts'
import { answerErrors } from './error-reply.ts'
import { EarshotError } from './errors.ts'
import { setTimeout as pause } from 'node:timers/promises'
import type { Metrics } from './metrics.ts'
import type { Backlog } from './store/backlog.ts'
import type { Stores } from './store/stores.ts'
import type { LiveCalls } from './twilio/live-calls.ts'

export interface HealthDeps {
  config: Config
  stores: Pick<Stores, 'ping'>
  liveCalls: LiveCalls
  metrics: Metrics
  backlog?: () => Promise<Backlog>
}

// Asked every few seconds, for ever: not worth a line in the log.
const quiet = { schema: { hide: true }, logLevel: 'warn' } as const

/** What orchestrators and Prometheus ask: is the process up, may it get calls, and how does it fare. */
export const healthRoutes: FastifyPluginAsync<HealthDeps> = async (app, deps) => {
  const { config, stores, liveCalls } = deps

  app.get('/health', quiet, async () => ({ success: true, status: 'up' }))

  app.get('/ready', quiet, async () => {
    if (liveCalls.draining) throw new EarshotError('draining')
    await stores.ping()
    return { success: true, status: 'ready' }
  })

  if (config.METRICS_KEY !== undefined && config.METRICS_PORT === undefined) await app.register(metricsRoute, deps)
}

/** The server of METRICS_PORT, which does not listen yet: what is asked there never competes with calls for a socket, nor is it open to the internet. */
export const buildMetricsApp = async (deps: MetricsDeps): Promise<FastifyInstance> => {
  const app: FastifyInstance = Fastify()
  answerErrors(app)
  await app.register(metricsRoute, deps)
  return app
}

type MetricsDeps = Omit<HealthDeps, 'stores'>

const metricsRoute: FastifyPluginAsync<MetricsDeps> = async (app, { config: { METRICS_KEY }, liveCalls, metrics, backlog }) => {
  app.get('/metrics', quiet, async (request, reply) => {
    if (METRICS_KEY !== undefined && !isEqual(request.headers.authorization ?? '', `Bearer ${METRICS_KEY}`)) throw new EarshotError('unauthorized')
    metrics.liveCalls.set(liveCalls.live)
    metrics.draining.set(liveCalls.draining ? 1 : 0)
    if (backlog !== undefined) await measure(metrics, backlog)
    return await reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
}

/** A database that is away must not take the other metrics with it. */
const DATABASE_MS = 2000

async function measure (metrics: Metrics, ask: () => Promise<Backlog>): Promise<void> {
  const answered = new AbortController()
  const late = pause(DATABASE_MS, undefined, { signal: answered.signal }).catch(() => undefined)
  const answer = await Promise.race([ask().catch(() => undefined), late])
  answered.abort()
  metrics.databaseUp.set(answer === undefined ? 0 : 1)
  if (answer === undefined) metrics.backlog.reset()
  else for (const [queue, count] of Object.entries(answer)) metrics.backlog.set({ queue }, count)
}

/** In a time that tells nothing of where two texts differ, nor of their lengths. */
const isEqual = (one: string, other: string): boolean => timingSafeEqual(sha256(one), sha256(other))
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
