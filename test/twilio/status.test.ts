import { test, type Test } from 'tap'
import { statusRoute } from '../../src/twilio/status.ts'
import { CALLER, NUMBER, OWNER, sidOf, STRANGER, webhookServer } from '../support/webhooks.ts'

const STATUS = '/twilio/status'
const CallSid = sidOf('one')

const setUp = async (t: Test, userId = OWNER) => {
  const server = await webhookServer(t, async (app, deps) => await app.register(statusRoute, deps))
  const { stores, clock, agent, post } = server
  await stores.calls.create({ userId, call_sid: CallSid, from_number: CALLER, to_number: NUMBER, agent_id: agent._id, session_id: 's', start_time: new Date(clock.now()) })
  return {
    ...server,
    tell: async (CallStatus: string, fields: Record<string, string> = {}) => (await post(STATUS, { CallSid, CallStatus, ...fields })).statusCode,
    call: async () => await stores.calls.findBySid(CallSid)
  }
}

test('a call that is over for Twilio is completed', async (t) => {
  for (const status of ['completed', 'busy', 'failed', 'no-answer', 'canceled']) {
    const { tell, call, clock } = await setUp(t)
    await clock.advance(5_000)
    t.equal(await tell(status), 204)
    t.match(await call(), { status: 'completed', end_reason: `twilio_${status}`, duration_seconds: 5 })
  }
})

test('a call that goes on is left alone', async (t) => {
  const { tell, call } = await setUp(t)
  for (const status of ['queued', 'initiated', 'ringing', 'in-progress', 'something-new']) t.equal(await tell(status), 204)
  t.match(await call(), { status: 'active' })
})

test('the call\'s own end counts, also when Twilio tells later, and twice', async (t) => {
  const { tell, call, stores, clock } = await setUp(t)
  await stores.calls.complete(CallSid, { end_time: new Date(clock.now()), end_reason: 'agent_ended' })
  await clock.advance(5_000)
  t.equal(await tell('completed'), 204)
  t.equal(await tell('completed'), 204)
  t.match(await call(), { end_reason: 'agent_ended', duration_seconds: 0 })
})

test('of a call that we placed, the caller\'s number is ours', async (t) => {
  const { tell, call } = await setUp(t)
  t.equal(await tell('completed', { Direction: 'outbound-api', From: NUMBER, To: CALLER }), 204)
  t.match(await call(), { status: 'completed' })
})

test('only Twilio may tell, and only of calls on that number\'s account', async (t) => {
  const { post, call } = await setUp(t)
  const fields = { CallSid, CallStatus: 'completed' }
  t.equal((await post(STATUS, fields, { signature: null })).statusCode, 403)
  t.equal((await post(STATUS, { ...fields, To: '+14155550123' })).statusCode, 403)
  t.match(await call(), { status: 'active' })

  const foreign = await setUp(t, STRANGER)
  t.equal(await foreign.tell('completed'), 204)
  t.match(await foreign.call(), { status: 'active' })
})
