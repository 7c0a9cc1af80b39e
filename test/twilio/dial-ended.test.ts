import { test, type Test } from 'tap'
import { dialEndedRoute } from '../../src/twilio/dial-ended.ts'
import { CALLER, NUMBER, OWNER, sidOf, spokenIn, verbsOf, webhookServer } from '../support/webhooks.ts'

const CallSid = sidOf('one')

const setUp = async (t: Test) => {
  const { stores, clock, post } = await webhookServer(t, async (app, deps) => await app.register(dialEndedRoute, deps))
  await stores.calls.create({ userId: OWNER, call_sid: CallSid, from_number: CALLER, to_number: NUMBER, agent_id: '', session_id: 's', start_time: new Date(clock.now()) })
  return { stores, tell: async (fields: Record<string, string>, given = {}) => await post('/twilio/dial-ended', { CallSid, ...fields }, given) }
}

test('how a transfer went stands on the call, and the call ends', async (t) => {
  const { stores, tell } = await setUp(t)
  for (let n = 0; n < 2; n++) t.match(verbsOf(t, await tell({ DialCallStatus: 'completed', DialCallSid: 'CA9', DialCallDuration: '42' })), [{ name: 'Hangup' }])
  t.match(await stores.calls.findBySid(CallSid), { dial_status: 'completed', dial_call_sid: 'CA9', dial_duration_seconds: 42 })
})

test('who could not be connected is told so', async (t) => {
  const { stores, tell } = await setUp(t)
  t.match(spokenIn(t, await tell({ DialCallStatus: 'no-answer' })), /nobody/)
  t.match(await stores.calls.findBySid(CallSid), { dial_status: 'no-answer' })
  t.match(spokenIn(t, await tell({ DialCallStatus: 'something-new' })), /nobody/)
  t.equal((await tell({ DialCallStatus: 'busy' }, { signature: null })).statusCode, 403)
  t.match(await stores.calls.findBySid(CallSid), { dial_status: 'no-answer' })
})
