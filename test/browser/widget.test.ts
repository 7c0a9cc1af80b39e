import rateLimit from '@fastify/rate-limit'
import Fastify from 'fastify'
import type { Test } from 'tap'
import { parseConfig } from '../../src/config.ts'
import { widgetRoute } from '../../src/browser/widget.ts'
import { answerErrors } from '../../src/error-reply.ts'
import type { VirtualClock } from '../../src/clock.ts'
import { DEFAULT_AGENT } from '../../src/replay/seed.ts'
import type { Stores } from '../../src/store/stores.ts'
import { LiveCalls } from '../../src/twilio/live-calls.ts'
import { eachStores } from '../support/engines.ts'

const SITE = 'https://www.example.com'
const OTHERS = 'https://other.example.com'
const STRANGER = 'https://www.example.com.evil.example'
const NUMBER = '+14155550123'
const QUOTA = { callsPerDay: 100, minutesPerDay: 1000, concurrentCalls: 3, minutesPerCall: 10 }

/** The route alone, a key for SITE, and another owner's for OTHERS. */
const setUp = async (t: Test, { stores, clock }: { stores: Stores, clock: VirtualClock }, maxCalls = 100) => {
  const app = Fastify({ ajv: { customOptions: { removeAdditional: false } } })
  answerErrors(app)
  await app.register(rateLimit, { global: false })
  const liveCalls = new LiveCalls({ clock, maxCalls })
  const warmed: string[] = []
  await app.register(widgetRoute, { config: parseConfig({ NODE_ENV: 'test', PUBLIC_URL: 'https://voice.example.org' }), clock, stores, liveCalls, warmer: { warm: ({ name }) => { warmed.push(name) } } })
  t.teardown(() => app.close())
  const agent = await stores.agents.create('ann', { ...DEFAULT_AGENT, phoneNumber: NUMBER, active: false })
  const make = (userId: string, origins: string[]) => stores.publishableKeys.create(userId, { agentId: agent._id, name: 'site', origins, quota: QUOTA, isActive: true })
  const key = await make('ann', [SITE, 'http://localhost:8080'])
  await make('bob', [OTHERS])
  const send = async (method: 'POST' | 'OPTIONS', origin: string | undefined, body?: object) => {
    const { statusCode: status, headers, payload } = await app.inject({ method, url: '/widget/calls', headers: { ...(origin !== undefined && { origin }) }, ...(body && { body }) })
    return { status, headers, cors: headers['access-control-allow-origin'], body: payload === '' ? undefined : JSON.parse(payload) }
  }
  const call = (origin: string | undefined = SITE, text = key.key) => send('POST', origin, { key: text })
  const calls = async () => (await stores.calls.list('ann')).items
  return { app, agent, key, send, call, calls, liveCalls, warmed }
}

eachStores('a page of one of the key\'s sites gets a line to its agent, and may read the answer', async (t, world) => {
  const { agent, key, call, calls, warmed } = await setUp(t, world)
  const { status, cors, headers, body } = await call()
  t.equal(status, 201)
  t.same(body, { success: true, callSid: body.callSid, streamUrl: 'wss://voice.example.org/twilio/media', token: body.token })
  t.equal(cors, SITE, 'that site, not any')
  t.match(headers, { vary: 'Origin', 'access-control-allow-credentials': undefined })
  t.match(await calls(), [{ call_sid: body.callSid, userId: 'ann', agent_id: agent._id, channel: 'widget', max_duration_seconds: 600, status: 'active' }])
  t.same(warmed, [agent.name])
  t.match((await world.stores.publishableKeys.find('ann', key._id))?.usage, { calls: 1, running: [{ call_sid: body.callSid, seconds: 600 }] })
  t.equal((await call('http://localhost:8080')).cors, 'http://localhost:8080')
})

eachStores('other sites, other keys and other fields get nothing, and count for nothing', async (t, world) => {
  const { key, send, call, calls } = await setUp(t, world)
  for (const origin of [STRANGER, OTHERS, 'http://www.example.com', `${SITE}:8443`, 'null', undefined]) {
    const answer = await call(origin ?? '')
    t.match(answer, { status: 403, cors: undefined, headers: { vary: 'Origin' }, body: { error: { code: 'forbidden', field: 'Origin' } } }, String(origin))
  }
  t.match(await send('POST', undefined, { key: key.key }), { status: 403, cors: undefined, body: { error: { field: 'Origin', message: /without an origin/ } } })
  t.match(await call(SITE, 'pk_another'), { status: 403, body: { error: { field: 'key' } } })
  for (const body of [{}, { key: { $ne: '' } }, { key: key.key, agentId: 'x' }, { key: 'x'.repeat(65) }]) t.equal((await send('POST', SITE, body)).status, 400, JSON.stringify(body))
  t.same(await calls(), [])
  t.equal((await world.stores.publishableKeys.find('ann', key._id))?.usage.calls, 0)
})

eachStores('a browser\'s question before it is answered for sites that some key names, to the letter', async (t, world) => {
  const { key, send } = await setUp(t, world)
  const { status, cors, headers, body } = await send('OPTIONS', SITE)
  t.match({ status, cors, body }, { status: 204, cors: SITE, body: undefined })
  t.match(headers, { vary: 'Origin', 'access-control-allow-methods': 'POST', 'access-control-allow-headers': 'content-type', 'access-control-max-age': '600', 'access-control-allow-credentials': undefined })
  for (const origin of [STRANGER, 'null', undefined]) t.match(await send('OPTIONS', origin), { status: 403, cors: undefined, headers: { vary: 'Origin', 'access-control-allow-methods': undefined } }, String(origin))
  await world.stores.publishableKeys.update('ann', key._id, { isActive: false })
  t.match(await send('OPTIONS', SITE), { status: 403, cors: undefined })
})

eachStores('a key that is switched off or removed, or whose agent is gone, opens no calls', async (t, world) => {
  const { agent, key, call, calls } = await setUp(t, world)
  const { publishableKeys, agents } = world.stores
  await publishableKeys.update('ann', key._id, { isActive: false })
  t.match(await call(), { status: 403, body: { error: { field: 'key' } } })
  await publishableKeys.update('ann', key._id, { isActive: true })
  await agents.remove('ann', agent._id)
  t.match(await call(), { status: 404, cors: SITE, body: { error: { code: 'not_found', message: /agent/ } } })
  await publishableKeys.remove('ann', key._id)
  t.match(await call(), { status: 403, body: { error: { field: 'key' } } })
  t.same(await calls(), [])
})

eachStores('of many who call at once no more get through than the quota and the lines allow; the rest read why', async (t, world) => {
  const { key, call, calls } = await setUp(t, world)
  const together = await Promise.all(Array.from({ length: 8 }, () => call()))
  t.equal(together.filter(({ status }) => status === 201).length, QUOTA.concurrentCalls)
  for (const { cors, body } of together.filter(({ status }) => status !== 201)) t.match({ cors, body }, { cors: SITE, body: { error: { code: 'rate_limited', message: /in a few minutes/ } } })
  t.equal((await calls()).length, QUOTA.concurrentCalls)
  await world.stores.publishableKeys.update('ann', key._id, { quota: { ...QUOTA, callsPerDay: 3 } })
  t.match(await call(), { status: 429, body: { error: { message: /tomorrow/ } } })
})

eachStores('a call that finds all lines busy does not count', async (t, world) => {
  const { key, call } = await setUp(t, world, 1)
  t.equal((await call()).status, 201)
  t.match(await call(), { status: 429, cors: SITE, body: { error: { code: 'rate_limited' } } })
  t.match((await world.stores.publishableKeys.find('ann', key._id))?.usage, { calls: 1, running: { length: 1 } })
})
