import Fastify from 'fastify'
import { test } from 'tap'
import { VirtualClock } from '../src/clock.ts'
import { parseConfig } from '../src/config.ts'
import { answerErrors } from '../src/error-reply.ts'
import { EarshotError } from '../src/errors.ts'
import { buildMetricsApp, healthRoutes } from '../src/health.ts'
import { createMetrics } from '../src/metrics.ts'
import type { Backlog } from '../src/store/backlog.ts'
import { LiveCalls } from '../src/twilio/live-calls.ts'

const build = async (env: Record<string, string> = {}) => {
  const store = { ping: async () => {} }
  const liveCalls = new LiveCalls({ clock: new VirtualClock(), maxCalls: 10 })
  const metrics = createMetrics()
  const app = Fastify()
  answerErrors(app)
  const config = parseConfig(env)
  await app.register(healthRoutes, { config, stores: store, liveCalls, metrics })
  const database = { answer: async (): Promise<Backlog> => ({ webhooks: 3, schedules: 0, texts_in: 0, texts_out: 0 }) }
  const metricsApp = await buildMetricsApp({ config, liveCalls, metrics, backlog: () => database.answer() })
  const scrape = async (authorization?: string) => await app.inject({ url: '/metrics', headers: authorization === undefined ? {} : { authorization } })
  return { app, database, metricsApp, store, liveCalls, metrics, scrape }
}

test('a process that is up is ready while its store answers', async (t) => {
  const { app, store } = await build()
  t.equal((await app.inject('/ready')).statusCode, 200)
  store.ping = async () => { throw new EarshotError('store_unavailable') }
  const answer = await app.inject('/ready')
  t.equal(answer.statusCode, 503)
  t.match(answer.json(), { success: false, error: { code: 'store_unavailable' } })
  t.equal((await app.inject('/health')).statusCode, 200, 'a restart would not bring the database back')
})

test('a process about to end is up, but not ready', async (t) => {
  const { app, liveCalls } = await build()
  await liveCalls.drain(0)
  t.match((await app.inject('/ready')).json(), { success: false, error: { code: 'draining' } })
  t.equal((await app.inject('/health')).statusCode, 200)
})

test('metrics are told to whoever has the key', async (t) => {
  const { scrape, liveCalls, metrics } = await build({ METRICS_KEY: 'open-sesame' })
  liveCalls.add({ callSid: 'CA1', command: () => false, close: async () => {} })
  metrics.refusals.inc({ reason: 'no_agent' })
  const answer = await scrape('Bearer open-sesame')
  t.equal(answer.statusCode, 200)
  t.match(answer.headers['content-type'], /^text\/plain/)
  t.match(answer.body, /^earshot_calls_live 1$/m)
  t.match(answer.body, /^earshot_call_refusals_total\{reason="no_agent"\} 1$/m)
  t.match(answer.body, /^earshot_nodejs_eventloop_lag_seconds /m)
  for (const wrong of [undefined, '', 'Bearer ', 'Bearer open', 'open-sesame']) t.equal((await scrape(wrong)).statusCode, 401)
})

test('without a key there are no metrics', async (t) => {
  const { scrape } = await build()
  t.equal((await scrape()).statusCode, 404)
  t.equal((await scrape('Bearer undefined')).statusCode, 404)
})

test('with a port of their own they are there, and no longer beside the calls', async (t) => {
  const open = await build({ METRICS_PORT: '9100' })
  const answer = await open.metricsApp.inject('/metrics')
  t.match(answer.body, /^earshot_calls_live 0$/m)
  t.equal((await open.metricsApp.inject('/api/calls')).statusCode, 404)
  t.equal((await open.scrape()).statusCode, 404)
  const locked = await build({ METRICS_PORT: '9100', METRICS_KEY: 'open-sesame' })
  t.equal((await locked.scrape('Bearer open-sesame')).statusCode, 404)
  t.equal((await locked.metricsApp.inject('/metrics')).statusCode, 401)
  t.equal((await locked.metricsApp.inject({ url: '/metrics', headers: { authorization: 'Bearer open-sesame' } })).statusCode, 200)
})

test('what waits in the database is told, and a database that is away or silent takes no other metric with it', async (t) => {
  const { metricsApp, database, liveCalls } = await build()
  const ask = async () => (await metricsApp.inject('/metrics')).body
  t.match(await ask(), /^earshot_backlog\{queue="webhooks"\} 3$/m)
  t.match(await ask(), /^earshot_database_up 1$/m)
  for (const answer of [async () => { throw new EarshotError('store_unavailable') }, async () => await new Promise<never>(() => {})]) {
    database.answer = answer
    const body = await ask()
    t.match(body, /^earshot_database_up 0$/m)
    t.notMatch(body, /^earshot_backlog\{/m)
    t.match(body, /^earshot_draining 0$/m)
  }
  await liveCalls.drain(0)
  t.match(await ask(), /^earshot_draining 1$/m)
})
