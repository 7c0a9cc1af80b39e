import { test, type Test } from 'tap'
import { EarshotError } from '../../src/errors.ts'
import type { Stores } from '../../src/store/stores.ts'
import { voiceRoute } from '../../src/twilio/voice.ts'
import { ACCOUNT_SID, CALLER, NUMBER, OWNER, PUBLIC_URL, sidOf, spokenIn, STRANGER, tokenOf, verbsOf, webhookServer } from '../support/webhooks.ts'

const VOICE = '/twilio/voice'
const CallSid = sidOf('one')
const UNAVAILABLE = /^Sorry, we cannot take your call right now/
const BUSY = /^Sorry, all our lines are busy/

const setUp = async (t: Test, change?: (stores: Stores) => Partial<Stores>, overloaded?: () => boolean) => {
  const server = await webhookServer(t, async (app, deps) => await app.register(voiceRoute, deps), change, { ...(overloaded && { overloaded }) })
  return {
    ...server,
    call: async (sid = CallSid) => await server.stores.calls.findBySid(sid),
    refusals: async () => Object.fromEntries((await server.metrics.refusals.get()).values.map(({ labels, value }) => [labels.reason, value]))
  }
}

test('a call is recorded, and its audio connected by a token that works once', async (t) => {
  const { post, call, agent, clock, stores, liveCalls } = await setUp(t)
  const answer = await post(VOICE, { CallSid })
  const [connect, redirect] = verbsOf(t, answer)
  t.match(connect, { name: 'Connect', children: [{ name: 'Stream', attributes: { url: 'wss://voice.example.org/twilio/media' } }] })
  t.match(redirect, { name: 'Redirect', attributes: { method: 'POST' }, text: `${PUBLIC_URL}/twilio/resume` })
  t.match(await call(), {
    call_sid: CallSid,
    userId: OWNER,
    from_number: CALLER,
    to_number: NUMBER,
    agent_id: agent._id,
    status: 'active',
    direction: 'incoming',
    transcript: [],
    start_time: new Date(clock.now())
  })
  t.equal(liveCalls.count, 1)
  const token = tokenOf(t, answer)
  t.equal(await stores.calls.redeemStreamToken(sidOf('two'), token), undefined, 'bound to its call')
  t.match(await stores.calls.redeemStreamToken(CallSid, token), { call_sid: CallSid })
  t.equal(await stores.calls.redeemStreamToken(CallSid, token), undefined, 'spent')
})

test('a repeated webhook makes no second call, and the newest token works', async (t) => {
  const { post, stores, liveCalls } = await setUp(t)
  const first = tokenOf(t, await post(VOICE, { CallSid }))
  const second = tokenOf(t, await post(VOICE, { CallSid }))
  t.equal((await stores.calls.list(OWNER)).items.length, 1)
  t.equal(liveCalls.count, 1)
  t.equal(await stores.calls.redeemStreamToken(CallSid, first), undefined)
  t.match(await stores.calls.redeemStreamToken(CallSid, second), { call_sid: CallSid })
})

test('repeats at the same time agree on one call', async (t) => {
  const { post, stores } = await setUp(t)
  const tokens = (await Promise.all([1, 2, 3, 4].map(() => post(VOICE, { CallSid })))).map((answer) => tokenOf(t, answer))
  t.equal((await stores.calls.list(OWNER)).items.length, 1)
  const redeemed = await Promise.all(tokens.map((token) => stores.calls.redeemStreamToken(CallSid, token)))
  t.equal(redeemed.filter((call) => call !== undefined).length, 1)
})

test('no token is given for a call whose stream has begun, or that is over', async (t) => {
  const { post, stores, refusals, clock, liveCalls } = await setUp(t)
  const token = tokenOf(t, await post(VOICE, { CallSid }))
  await stores.calls.redeemStreamToken(CallSid, token)
  t.match(spokenIn(t, await post(VOICE, { CallSid })), UNAVAILABLE)
  await stores.calls.complete(CallSid, { end_time: new Date(clock.now()) })
  t.match(spokenIn(t, await post(VOICE, { CallSid })), UNAVAILABLE)
  t.same(await refusals(), { not_waiting: 2 })
  t.equal(liveCalls.count, 0)
})

test('no token is given for another user\'s call', async (t) => {
  const { post, stores, clock, agent } = await setUp(t)
  await stores.calls.create({
    userId: STRANGER,
    call_sid: CallSid,
    from_number: CALLER,
    to_number: '+14155550101',
    agent_id: agent._id,
    session_id: 's',
    start_time: new Date(clock.now()),
    stream_token_hash: 'theirs',
    stream_token_expires_at: new Date(clock.now() + 1000)
  })
  t.match(spokenIn(t, await post(VOICE, { CallSid })), UNAVAILABLE)
  t.match(await stores.calls.findBySid(CallSid), { userId: STRANGER, stream_token_hash: 'theirs' })
})

test('an unknown number is answered like any call that cannot be taken, signed or not, and leaves nothing behind', async (t) => {
  const { post, call, refusals, liveCalls } = await setUp(t)
  const To = '+14155550123'
  t.match(spokenIn(t, await post(VOICE, { CallSid, To })), UNAVAILABLE)
  t.match(spokenIn(t, await post(VOICE, { CallSid, To }, { signature: null })), UNAVAILABLE)
  t.equal(await call(), undefined)
  t.equal(liveCalls.count, 0)
  t.same(await refusals(), { unknown_number: 2 })
})

test('an inactive or removed number is as good as unknown', async (t) => {
  const { post, stores, phone, call } = await setUp(t)
  await stores.phones.update(OWNER, phone._id, { isActive: false })
  t.match(spokenIn(t, await post(VOICE, { CallSid })), UNAVAILABLE)
  await stores.phones.update(OWNER, phone._id, { isActive: true })
  await stores.phones.remove(OWNER, phone._id)
  t.match(spokenIn(t, await post(VOICE, { CallSid })), UNAVAILABLE)
  t.equal(await call(), undefined)
})

test('a forged request is refused and leaves nothing behind', async (t) => {
  const { post, call, liveCalls } = await setUp(t)
  const forged = async (fields: Record<string, string>, given: Parameters<typeof post>[2] = {}) => {
    const answer = await post(VOICE, { CallSid, ...fields }, given)
    t.equal(answer.statusCode, 403)
    t.match(answer.json(), { success: false, error: { code: 'bad_signature' } })
  }
  await forged({}, { signature: null })
  await forged({}, { signature: 'bm90IGEgc2lnbmF0dXJlIGJ5IHR3aWw=' })
  await forged({}, { authToken: 'f'.repeat(32) })
  await forged({ AccountSid: ACCOUNT_SID.replace('AC0', 'AC1') })
  t.equal(await call(), undefined)
  t.equal(liveCalls.count, 0)
})

test('a number without an agent that takes calls', async (t) => {
  const { post, stores, agent, refusals, call } = await setUp(t)
  await stores.agents.update(OWNER, agent._id, { active: false })
  t.match(spokenIn(t, await post(VOICE, { CallSid })), UNAVAILABLE)
  await stores.agents.update(OWNER, agent._id, { active: true, direction: 'outgoing' })
  t.match(spokenIn(t, await post(VOICE, { CallSid })), UNAVAILABLE)
  t.same(await refusals(), { no_agent: 2 })
  t.equal(await call(), undefined)
})

test('an agent left behind by the number\'s former owner takes no calls', async (t) => {
  const { post, refusals } = await setUp(t, ({ agents }) => ({
    agents: {
      ...agents,
      findActiveIncoming: async (number) => {
        const agent = await agents.findActiveIncoming(number)
        return agent && { ...agent, userId: STRANGER }
      }
    }
  }))
  t.match(spokenIn(t, await post(VOICE, { CallSid })), UNAVAILABLE)
  t.same(await refusals(), { no_agent: 1 })
})

test('one call more than there is room for hears that the lines are busy', async (t) => {
  const { post, call, refusals, liveCalls } = await setUp(t)
  tokenOf(t, await post(VOICE, { CallSid: sidOf('a') }))
  tokenOf(t, await post(VOICE, { CallSid: sidOf('b') }))
  t.match(spokenIn(t, await post(VOICE, { CallSid: sidOf('c') })), BUSY)
  t.equal(await call(sidOf('c')), undefined)
  t.same(await refusals(), { too_many_calls: 1 })
  liveCalls.release(sidOf('a'))
  t.not(tokenOf(t, await post(VOICE, { CallSid: sidOf('c') })), '')
})

test('a process whose event loop runs late takes no further calls', async (t) => {
  const { post, call, liveCalls, refusals } = await setUp(t, undefined, () => true)
  t.match(spokenIn(t, await post(VOICE, { CallSid })), BUSY)
  t.same(await refusals(), { overloaded: 1 })
  t.equal(await call(), undefined)
  t.equal(liveCalls.admit(CallSid, true), 'admitted', 'a call that was talked in goes on')
})

test('a number with an overflow address sends there what finds all lines busy', async (t) => {
  const { post, liveCalls, stores, phone, refusals } = await setUp(t)
  await stores.phones.update(OWNER, phone._id, { overflowUrl: 'https://example.org/voicemail.xml' })
  liveCalls.admit(sidOf('a'))
  liveCalls.admit(sidOf('b'))
  t.match(verbsOf(t, await post(VOICE, { CallSid })), [{ name: 'Redirect', text: 'https://example.org/voicemail.xml' }])
  t.same(await refusals(), { too_many_calls: 1 })
})

test('a process about to end takes no calls: Twilio asks again, by then elsewhere, and at last says so', async (t) => {
  const { post, call, liveCalls, refusals } = await setUp(t)
  await liveCalls.drain(0)
  const [pause, redirect] = verbsOf(t, await post(VOICE, { CallSid }))
  t.match([pause, redirect], [{ name: 'Pause' }, { name: 'Redirect', text: `${PUBLIC_URL}/twilio/voice?attempt=1` }])
  t.same(await refusals(), {}, 'it is none yet')
  t.match(spokenIn(t, await post(`${VOICE}?attempt=5`, { CallSid })), BUSY)
  t.same(await refusals(), { draining: 1 })
  t.equal((await post(VOICE, { CallSid }, { signature: null })).statusCode, 403)
  t.equal(await call(), undefined)
})

test('a database that is away costs the call, never an error that Twilio reads aloud', async (t) => {
  const away = async () => { throw new EarshotError('store_unavailable') }
  const parts: Array<(stores: Stores) => Partial<Stores>> = [
    ({ phones }) => ({ phones: { ...phones, findActiveByNumber: away } }),
    ({ agents }) => ({ agents: { ...agents, findActiveIncoming: away } }),
    ({ calls }) => ({ calls: { ...calls, create: away } })
  ]
  for (const part of parts) {
    const { post, refusals, liveCalls } = await setUp(t, part)
    t.match(spokenIn(t, await post(VOICE, { CallSid })), UNAVAILABLE)
    t.same(await refusals(), { failed: 1 })
    t.equal(liveCalls.count, 0, 'its place is free again')
  }
})

test('a database that hangs is not waited for longer than Twilio waits', async (t) => {
  const { post, clock, refusals } = await setUp(t, ({ phones }) => ({ phones: { ...phones, findActiveByNumber: async () => await new Promise(() => {}) } }))
  const answering = post(VOICE, { CallSid })
  while (clock.pendingTimers === 0) await clock.settle()
  await clock.advance(15_000)
  t.match(spokenIn(t, await answering), UNAVAILABLE)
  t.same(await refusals(), { failed: 1 })
})

test('callers without a number, and with a very long one', async (t) => {
  const { post, call, liveCalls } = await setUp(t)
  for (const [name, From, stored] of [['a', 'anonymous', 'anonymous'], ['b', '', ''], ['c', `sip:${'x'.repeat(200)}@example.org`, `sip:${'x'.repeat(60)}`]] as const) {
    t.not(tokenOf(t, await post(VOICE, { CallSid: sidOf(name), From })), '')
    t.equal((await call(sidOf(name)))?.from_number, stored)
    liveCalls.release(sidOf(name))
  }
})

test('a form that is not a call\'s is refused by the field\'s name', async (t) => {
  const { post } = await setUp(t)
  const answer = await post(VOICE, { CallSid: 'SM123' })
  t.equal(answer.statusCode, 400)
  t.match(answer.json(), { success: false, error: { code: 'invalid', message: /CallSid/ } })
})
