import { test, type Test } from 'tap'
import { EarshotError } from '../../src/errors.ts'
import type { Stores } from '../../src/store/stores.ts'
import { resumeRoute } from '../../src/twilio/resume.ts'
import { makeStreamToken } from '../../src/twilio/stream-token.ts'
import { CALLER, NUMBER, OWNER, PUBLIC_URL, sidOf, spokenIn, STRANGER, tokenOf, verbsOf, webhookServer } from '../support/webhooks.ts'

const RESUME = '/twilio/resume'
const CallSid = sidOf('one')

/** A gateway with one call whose stream has begun. */
const setUp = async (t: Test, { userId = OWNER, change }: { userId?: string, change?: (stores: Stores) => Partial<Stores> } = {}) => {
  const server = await webhookServer(t, async (app, deps) => await app.register(resumeRoute, deps), change)
  const { stores, clock, agent, post } = server
  const { token, hash, expiresAt } = makeStreamToken(clock)
  await stores.calls.create({
    userId,
    call_sid: CallSid,
    from_number: CALLER,
    to_number: NUMBER,
    agent_id: agent._id,
    session_id: 's',
    start_time: new Date(clock.now()),
    stream_token_hash: hash,
    stream_token_expires_at: expiresAt
  })
  await stores.calls.redeemStreamToken(CallSid, token)
  return {
    ...server,
    resume: async (fields: Record<string, string> = {}) => await post(RESUME, { CallSid, ...fields }),
    complete: async (reason: string) => await stores.calls.complete(CallSid, { end_time: new Date(clock.now()), end_reason: reason })
  }
}

const names = (verbs: Array<{ name: string }>) => verbs.map(({ name }) => name)

test('a call that was cut is connected again, with its history', async (t) => {
  const { resume, complete, stores, liveCalls } = await setUp(t)
  await stores.calls.appendTurn(CallSid, 0, { role: 'user', text: 'Hello', timestamp: new Date(0) })
  await complete('connection_lost')
  const token = tokenOf(t, await resume())
  t.equal(liveCalls.count, 1)
  const call = await stores.calls.redeemStreamToken(CallSid, token)
  t.match(call, { status: 'active', transcript: [{ text: 'Hello' }], resume_count: 1 })
  t.equal(call?.end_time, undefined)
})

test('so is one whose process had no time to say that it ended', async (t) => {
  const { resume, stores } = await setUp(t)
  const token = tokenOf(t, await resume())
  t.match(await stores.calls.redeemStreamToken(CallSid, token), { call_sid: CallSid })
})

test('so is one whose process shut down under it', async (t) => {
  const { resume, complete } = await setUp(t)
  await complete('shutdown')
  t.not(tokenOf(t, await resume()), '')
})

test('a call that was ended is hung up', async (t) => {
  const { resume, complete, liveCalls } = await setUp(t)
  await complete('agent_ended')
  t.same(names(verbsOf(t, await resume())), ['Hangup'])
  t.equal(liveCalls.count, 0)
})

test('a caller who is gone is not called back', async (t) => {
  const { resume, stores } = await setUp(t)
  t.same(names(verbsOf(t, await resume({ CallStatus: 'completed' }))), ['Hangup'])
  t.equal((await stores.calls.findBySid(CallSid))?.resume_count, 0)
})

test('a stream that keeps breaking is given up', async (t) => {
  const { resume } = await setUp(t)
  for (let n = 0; n < 3; n++) t.not(tokenOf(t, await resume()), '')
  t.same(names(verbsOf(t, await resume())), ['Hangup'])
})

test('unknown calls, unknown numbers and other users\' calls are hung up alike', async (t) => {
  const { resume, post } = await setUp(t)
  t.same(names(verbsOf(t, await post(RESUME, { CallSid: sidOf('two') }))), ['Hangup'])
  t.same(names(verbsOf(t, await resume({ To: '+14155550123' }))), ['Hangup'])
  const foreign = await setUp(t, { userId: STRANGER })
  t.same(names(verbsOf(t, await foreign.resume())), ['Hangup'])
  t.match(await foreign.stores.calls.findBySid(CallSid), { status: 'active', resume_count: 0 })
})

test('a forged request is refused', async (t) => {
  const { post, stores } = await setUp(t)
  t.equal((await post(RESUME, { CallSid }, { authToken: 'f'.repeat(32) })).statusCode, 403)
  t.equal((await stores.calls.findBySid(CallSid))?.resume_count, 0)
})

/** How long the caller is to wait, and where Twilio asks then. */
const waitOf = (t: Test, verbs: Array<{ name: string, text: string, attributes: Record<string, string> }>) => {
  t.same(names(verbs), ['Pause', 'Redirect'])
  return { seconds: verbs[0]?.attributes['length'], url: verbs[1]?.text }
}

test('a process without room or about to end, and a database that is away, have the caller wait and ask again, half a minute at the most', async (t) => {
  const full = await setUp(t)
  full.liveCalls.admit(sidOf('a'))
  full.liveCalls.admit(sidOf('b'))
  t.same(waitOf(t, verbsOf(t, await full.resume())), { seconds: '2', url: `${PUBLIC_URL}/twilio/resume?attempt=1` })
  t.equal((await full.stores.calls.findBySid(CallSid))?.resume_count, 0, 'another process may still take it')
  await full.liveCalls.drain(0)
  t.same(waitOf(t, verbsOf(t, await full.post(`${RESUME}?attempt=7`, { CallSid }))).url, `${PUBLIC_URL}/twilio/resume?attempt=8`)
  t.match(spokenIn(t, await full.post(`${RESUME}?attempt=15`, { CallSid })), /^Sorry, we lost the connection/)
  t.equal((await full.post(`${RESUME}?attempt=16`, { CallSid })).statusCode, 400)

  const away = await setUp(t, { change: ({ calls }) => ({ calls: { ...calls, resume: async () => { throw new EarshotError('store_unavailable') } } }) })
  t.match(waitOf(t, verbsOf(t, await away.resume())), { url: /attempt=1$/ })
  t.equal(away.liveCalls.count, 0)
})

test('what cannot be mended by waiting is said at once', async (t) => {
  const broken = await setUp(t, { change: ({ calls }) => ({ calls: { ...calls, resume: async () => { throw new EarshotError('internal') } } }) })
  t.match(spokenIn(t, await broken.resume()), /^Sorry, we lost the connection/)
})
