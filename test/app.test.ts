import { once } from 'node:events'
import { test, type Test } from 'tap'
import { WebSocket } from 'ws'
import { buildApp } from '../src/app.ts'
import { VirtualClock } from '../src/clock.ts'
import { parseConfig } from '../src/config.ts'
import { openStores } from '../src/store/open.ts'
import { LiveCalls } from '../src/twilio/live-calls.ts'
import { EnergyVad } from '../src/vad/energy.ts'
import { folder } from './support/folder.ts'

/** No test here speaks: what a call does has tests of its own. */
const silent = {
  stt: { transcribe: async () => ({ text: '' }) },
  llm: { async * stream () {} },
  tts: { async * synthesize () {} }
}

const build = async (t: Test, env: Record<string, string> = {}) => {
  const clock = new VirtualClock()
  const stores = await openStores({ dataDir: folder(t), clock })
  const liveCalls = new LiveCalls({ clock, maxCalls: 10 })
  const app = await buildApp(parseConfig(env), { clock, stores, vad: new EnergyVad(), ...silent, liveCalls })
  t.teardown(async () => {
    await app.close()
    await stores.close()
  })
  return { app, liveCalls }
}

test('the console is served with headers that let nothing foreign in', async (t) => {
  const { app } = await build(t, { PUBLIC_URL: 'https://voice.example.org' })
  const page = await app.inject({ url: '/', headers: { accept: 'text/html' } })
  const policy = String(page.headers['content-security-policy'])
  t.match(policy, /default-src 'self';.*frame-ancestors 'none'/)
  t.notMatch(policy, /unsafe/)
  t.match(page.headers, { 'x-content-type-options': 'nosniff', 'strict-transport-security': /max-age/ })
})

test('without TLS no browser is told to insist on it', async (t) => {
  const { app } = await build(t)
  const { headers } = await app.inject('/')
  t.equal(headers['strict-transport-security'], undefined)
  t.notMatch(headers['content-security-policy'], /upgrade-insecure-requests/)
})

test('a request that never ends is given up', async (t) => {
  const { app } = await build(t)
  t.equal(app.server.requestTimeout, 60_000)
  t.ok(app.server.headersTimeout <= 60_000)
})

test('every part answers at its place', async (t) => {
  const { app } = await build(t)
  t.equal((await app.inject('/health')).statusCode, 200)
  t.equal((await app.inject('/ready')).statusCode, 200)
  t.equal((await app.inject('/api/calls')).statusCode, 401)
  t.match((await app.inject('/documentation/json')).json(), { openapi: '3.1.0', paths: { '/api/calls': Object } })
  t.equal((await app.inject({ method: 'POST', url: '/twilio/voice', payload: {} })).statusCode, 400)
  t.match((await app.inject('/nowhere')).json(), { success: false, error: { code: 'not_found' } })
})

test('a user opens an account and sees no calls yet', async (t) => {
  const { app } = await build(t)
  const registered = await app.inject({ method: 'POST', url: '/api/auth/register', payload: { email: 'owner@example.org', password: 'correct horse' } })
  t.equal(registered.statusCode, 201)
  const [cookie] = registered.cookies
  t.match(cookie, { httpOnly: true, sameSite: 'Lax' })
  const calls = await app.inject({ url: '/api/calls', cookies: { [cookie?.name ?? '']: cookie?.value ?? '' } })
  t.same(calls.json(), { success: true, calls: [] })
})

test('a message too large for Twilio to have sent closes its socket, and nothing else', async (t) => {
  const { app } = await build(t)
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const open = async () => {
    const socket = new WebSocket(`${address.replace('http', 'ws')}/twilio/media`)
    await once(socket, 'open')
    return socket
  }
  const hostile = await open()
  const other = await open()
  hostile.send('x'.repeat(5_000_000))
  const [code] = await once(hostile, 'close')
  t.equal(code, 1009)
  t.equal(other.readyState, WebSocket.OPEN)
  t.equal((await app.inject('/health')).statusCode, 200)
  other.terminate()
})

test('closing ends live calls first', async (t) => {
  const { app, liveCalls } = await build(t)
  const ended: string[] = []
  liveCalls.add({ callSid: 'CA1', command: () => false, close: async (reason) => { ended.push(reason) } })
  await app.close()
  t.same(ended, ['shutdown'])
})

test('every answer names its request', async (t) => {
  const { app } = await build(t)
  const ids = await Promise.all(['/health', '/api/calls', '/nowhere', '/health'].map(async (url) => (await app.inject(url)).headers['x-request-id']))
  t.equal(new Set(ids).size, 4)
  for (const id of ids) t.match(id, /^[0-9a-f-]{36}$/)
})

test('addresses behind as many proxies as are trusted, and no more', async (t) => {
  const ipSeen = async (env: Record<string, string>) => {
    const { app } = await build(t, env)
    let seen = ''
    app.addHook('onRequest', async ({ ip }) => { seen = ip })
    await app.inject({ url: '/nowhere', headers: { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' } })
    return seen
  }
  t.equal(await ipSeen({}), '127.0.0.1')
  t.equal(await ipSeen({ TRUSTED_PROXIES: '1' }), '203.0.113.7')
})
