import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { EarshotError } from '../src/errors.ts'
import { createLog } from '../src/log.ts'
import { runCaller } from '../src/replay/caller.ts'
import { CALLER_NUMBER, DEMO_NUMBER } from '../src/replay/seed.ts'
import { sign } from '../src/replay/sign.ts'
import { socketPair } from '../src/replay/transport.ts'
import { acceptMediaStream } from '../src/twilio/media-stream.ts'
import { openVirtualGateway } from '../src/virtual-gateway.ts'
import { call, callers, say, simulated } from './support/build.ts'
import { folder } from './support/folder.ts'

const collect = async (LOG_LEVEL: 'info' | 'trace' = 'info') => {
  const lines: string[] = []
  const log = await createLog({ LOG_LEVEL, NODE_ENV: 'test' }, { write: (line) => { lines.push(line) } })
  return { log, lines }
}

test('secrets, numbers and what was said never reach a line', async (t) => {
  const { log, lines } = await collect()
  log.info({ callSid: 'CA1', from: '+14155550123', call: { from_number: '+14155550123', transcript: [{ text: 'my PIN is 4711' }] } }, 'call ended')
  log.info({ phone: { phoneNumber: '+14155550123', twilioAuthToken: '4711' } }, 'phone saved')
  log.info({ req: { method: 'GET', url: '/api/calls?number=+14155550123&text=4711' } }, 'request')
  log.info({ request: { headers: { authorization: 'Bearer 4711', cookie: 'session=4711' } } }, 'refused')
  log.child({ token: '4711' }).warn({ turn: { text: 'my PIN is 4711' } }, 'turn')
  t.notMatch(lines.join(''), /4155550123|4711/)
  t.match(lines[0], /"callSid":"CA1"/)
  t.match(lines[2], /"path":"\/api\/calls"/)
})

test('an error is told by its name, code, message and causes, without what a client hung on it', async (t) => {
  const { log, lines } = await collect()
  const cause = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' })
  log.error({ err: Object.assign(new Error('the provider failed', { cause }), { config: { headers: { Auth: 'sk-4711' } } }) }, 'stage failed')
  log.error({ err: 'sk-4711' }, 'not even an error')
  t.match(JSON.parse(lines[0] ?? ''), { err: { type: 'Error', message: 'the provider failed', cause: { code: 'ECONNREFUSED' } } })
  t.match(lines[0], /log\.test\.ts/, 'with its stack')
  t.notMatch(lines.join(''), 'sk-4711')
})

test('lines below the level are dropped', async (t) => {
  const { log, lines } = await collect()
  log.debug('quiet')
  log.info('loud')
  t.equal(lines.length, 1)
})

test('calls and users leave nothing personal in the log, at its most talkative', async (t) => {
  const { log, lines } = await collect('trace')
  const reply = 'Your parcel waits at the depot.'
  const gateway = await openVirtualGateway({
    dataDir: folder(t),
    log,
    env: { OPENAI_API_KEY: 'sk-very-secret' },
    agent: { greeting: 'Parcel service, good day.', systemPrompt: 'You know where every parcel is.' },
    providers: (clock) => simulated(clock, { llm: { reply: () => reply } })
  })
  t.teardown(() => gateway.close(0))
  const { transcript } = await call(gateway, [{ do: 'listen', quietMs: 500 }, say('question'), { do: 'listen', quietMs: 500 }])
  t.ok(transcript.includes(`assistant: ${reply}`), 'there was something to tell')
  const stranger = gateway.phone({ authToken: 'wrong-token' })
  await gateway.run(stranger.call())

  const ask = async (method: 'GET' | 'POST', url: string, body?: object, cookie = '') => await gateway.run((async () =>
    await gateway.app.inject({ method, url, headers: cookie === '' ? { authorization: 'Bearer earshot_wrong-key' } : { cookie }, ...(body && { payload: body }) }))())
  const me = { email: 'ann@example.org', password: 'correct horse' }
  const registered = await ask('POST', '/api/auth/register', me)
  t.equal(registered.statusCode, 201)
  const session = String(registered.cookies[0]?.value)
  const signedIn = async (method: 'GET' | 'POST', url: string, body?: object) => await ask(method, url, body, `${registered.cookies[0]?.name}=${session}`)
  await ask('POST', '/api/auth/login', { ...me, password: 'wrong staple' })
  await ask('GET', '/api/phones')
  t.equal((await signedIn('POST', '/api/phones', { phoneNumber: '+14155550198', twilioAccountSid: `AC${'1'.repeat(32)}`, twilioAuthToken: 'twilio-token-4711' })).statusCode, 201)
  const secret = String((await signedIn('POST', '/api/api-keys', { name: 'k' })).json().secret)
  await signedIn('POST', '/api/agents', { name: 'n', phoneNumber: '+14155550198', systemPrompt: 'Sell umbrellas.', nonsense: 'umbrellas' })
  await signedIn('GET', '/api/calls?number=%2B14155550198&search=umbrellas')
  await signedIn('GET', '/api/phones/%2B14155550198')

  const said = callers.find(({ name }) => name === 'question')
  const words = [reply, 'parcel', said?.text ?? 'no such caller', me.email, me.password, 'wrong staple', session, 'twilio-token-4711', 'wrong-token', secret, 'umbrellas', 'sk-very-secret', 'earshot_wrong-key']
  const numbers = [CALLER_NUMBER, DEMO_NUMBER, '+14155550198'].map((number) => number.slice(1))
  t.ok(lines.length > 20, `${lines.length} lines`)
  for (const word of [...words, ...numbers]) t.same(lines.filter((line) => line.toLowerCase().includes(word.toLowerCase())), [], word)
  t.ok(lines.some((line) => JSON.parse(line).requestId !== undefined), 'lines of requests name them')
})

test('every line of a call has its id: webhooks, also forged ones, media stream, failures and status callbacks', async (t) => {
  const { log, lines } = await collect('trace')
  const gateway = await openVirtualGateway({
    dataDir: folder(t),
    log,
    providers: (clock) => ({ ...simulated(clock), llm: { async * stream () { throw new EarshotError('provider_unavailable') } } })
  })
  t.teardown(() => gateway.close(0))
  lines.length = 0
  const { phone } = await call(gateway, [{ do: 'listen', quietMs: 500 }, say('question'), { do: 'listen', quietMs: 500 }])
  const stranger = gateway.phone({ authToken: 'wrong-token' })
  await gateway.run(stranger.call())
  const { twilioAccountSid: AccountSid, ...registered } = (await gateway.deps.stores.phones.findActiveByNumber(DEMO_NUMBER))!
  const form = { CallSid: phone.callSid, AccountSid, From: CALLER_NUMBER, To: DEMO_NUMBER, CallStatus: 'completed', CallDuration: '9' }
  const signature = sign(gateway.deps.stores.phones.decryptAuthToken({ twilioAccountSid: AccountSid, ...registered }), 'http://gateway.test/twilio/status', form)
  const status = await gateway.run(gateway.app.inject({ method: 'POST', url: '/twilio/status', headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature }, payload: new URLSearchParams(form).toString() }).then((response) => response.statusCode))
  t.equal(status, 204)

  const parsed = lines.map((line) => JSON.parse(line) as { msg: string, callSid?: string, requestId?: string })
  // Only Fastify's greeting comes before the body is read.
  const later = parsed.filter(({ msg }) => msg !== 'incoming request')
  t.same(later.filter(({ callSid }) => callSid === undefined), [])
  const told = (callSid: string) => later.filter((line) => line.callSid === callSid).map(({ msg }) => msg)
  for (const msg of ['call answered', 'a stage of the call failed', 'call ended', 'request completed']) t.ok(told(phone.callSid).includes(msg), msg)
  t.same(told(stranger.callSid), ['request completed'])
  for (const { requestId } of parsed.filter(({ msg }) => msg === 'incoming request')) t.ok(later.some((line) => line.requestId === requestId && line.msg === 'request completed'), 'joined by the request')
})

test('so has every line when all around the call fails: recognition, voice, tools, database, disk, webhooks, and the stream itself', async (t) => {
  const { log, lines } = await collect('trace')
  const dataDir = folder(t)
  const broken = async (): Promise<never> => { throw new EarshotError('store_unavailable') }
  let [heard, spoken] = [0, 0]
  const gateway = await openVirtualGateway({
    dataDir,
    log,
    agent: { recordTape: true, recordAudio: true, tools: [{ type: 'http', name: 'stock', description: 'What is in stock', url: 'https://shop.example.com/stock' }] },
    providers: (clock) => simulated(clock, {
      stt: { fail: () => heard++ === 0 ? { kind: 'error', code: 'provider_timeout' } : undefined },
      llm: { reply: ({ messages }) => messages.at(-1)?.role === 'user' ? [{ type: 'tool_call', id: 't', name: 'stock', arguments: '{}' }] : 'There are some.' },
      tts: { fail: () => ++spoken > 1 ? { kind: 'error', code: 'provider_unavailable' } : undefined }
    })
  })
  t.teardown(() => gateway.close(0))
  const { clock, deps: { stores } } = gateway
  gateway.deps.fetch = broken
  stores.webhooks.activeOf = broken
  stores.messages.latest = broken
  for (const kind of ['tapes', 'recordings']) {
    rmSync(join(dataDir, kind), { recursive: true })
    writeFileSync(join(dataDir, kind), '')
  }
  const appendTurn = stores.calls.appendTurn.bind(stores.calls)
  const backAtMs = clock.now() + 10_000
  stores.calls.appendTurn = async (...turn) => clock.now() < backAtMs ? await broken() : await appendTurn(...turn)

  lines.length = 0
  const phone = gateway.phone({
    connect: async () => {
      const pair = socketPair()
      acceptMediaStream(pair.gateway, gateway.deps)
      clock.setTimeout(() => pair.phone.send('no message of Twilio\'s'), 3_000)
      clock.setTimeout(() => pair.phone.send('{"event":"media","streamSid":"MZ9","media":{"payload":"","track":"inbound","chunk":"1","timestamp":"1"}}'), 3_100)
      return pair.phone
    }
  })
  await gateway.run(runCaller(clock, phone, [{ do: 'listen' }, say('question'), { do: 'wait', forMs: 4_000 }, say('demo-1'), { do: 'wait', forMs: 20_000 }]))
  await clock.advance(60_000)

  const told = lines.map((line) => JSON.parse(line) as { msg: string, callSid?: string }).filter(({ msg }) => msg !== 'incoming request')
  t.same(told.filter(({ callSid }) => callSid !== phone.callSid), [])
  const messages = new Set(told.map(({ msg }) => msg))
  for (const msg of [
    'call answered', 'an event cannot be told of', 'a phrase could not be synthesised ahead', 'the text messages of a call could not be read', 'a stage of the call failed', 'a tool failed',
    'turn not stored', 'unexpected message on a media socket', 'a call could not be kept as a file', 'call ended', 'request completed'
  ]) t.ok(messages.has(msg), msg)
})
