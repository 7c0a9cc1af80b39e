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

test('what Twilio tells is kept, and late or repeated news change nothing', async (t) => {
  const { tell, call } = await setUp(t)
  t.equal(await tell('ringing', { SequenceNumber: '1' }), 204)
  t.match(await call(), { status: 'active', carrier_status: 'ringing' })
  const end = { SequenceNumber: '3', CallDuration: '61', SipResponseCode: '200', Timestamp: 'Thu, 01 Jan 2026 00:01:10 +0000' }
  const over = { status: 'completed', carrier_status: 'completed', carrier_duration_seconds: 61, sip_response_code: 200, end_time: new Date('2026-01-01T00:01:10.999Z'), duration_seconds: 70.999 }
  for (const [status, fields] of [['completed', end], ['in-progress', { SequenceNumber: '2' }], ['completed', end], ['initiated', { SequenceNumber: '0' }], ['failed', { SequenceNumber: '1' }]] as const) {
    t.equal(await tell(status, fields), 204)
    t.match(await call(), over, status)
  }
})

test('the reason that says most counts, whichever end comes first', async (t) => {
  const { tell, call, stores, clock } = await setUp(t)
  const endedAt = new Date(clock.now())
  await tell('completed')
  t.match(await call(), { end_reason: 'twilio_completed' })
  await stores.calls.complete(CallSid, { end_time: endedAt, end_reason: 'connection_lost' })
  t.match(await call(), { end_reason: 'twilio_completed' })
  await stores.calls.complete(CallSid, { end_time: endedAt, end_reason: 'agent_ended' })
  t.match(await call(), { end_reason: 'agent_ended' })
  await stores.calls.complete(CallSid, { end_time: endedAt, end_reason: 'ended_by_user' })
  t.match(await call(), { end_reason: 'ended_by_user' })
  t.equal(await stores.calls.resume(CallSid, 'hash', endedAt, 3), undefined)
})

test('a call that is over for Twilio is not taken up again', async (t) => {
  const { tell, call, stores, clock } = await setUp(t)
  await stores.calls.complete(CallSid, { end_time: new Date(clock.now()), end_reason: 'connection_lost' })
  await tell('completed')
  t.equal(await stores.calls.resume(CallSid, 'hash', new Date(clock.now() + 1000), 3), undefined)
  t.match(await call(), { status: 'completed' })
})

test('a live call whose socket has not noticed its end is ended here', async (t) => {
  const { tell, liveCalls } = await setUp(t)
  const closed: string[] = []
  liveCalls.add({ callSid: CallSid, command: () => false, close: async (reason) => { closed.push(reason) } })
  await tell('in-progress')
  t.same(closed, [])
  await tell('completed')
  t.same(closed, ['caller_hung_up'])
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
