import { test, type Test } from 'tap'
import { outboundRoute } from '../../src/outbound/webhook.ts'
import type { NewDial } from '../../src/store/dials.ts'
import { statusRoute } from '../../src/twilio/status.ts'
import { CALLER, NUMBER, OWNER, sidOf, STRANGER, tokenOf, verbsOf, webhookServer } from '../support/webhooks.ts'

const CallSid = sidOf('one')
const FIELDS = { From: NUMBER, To: CALLER, Direction: 'outbound-api' }

const setUp = async (t: Test, fields: Partial<NewDial> = {}) => {
  const server = await webhookServer(t, async (app, deps) => {
    await app.register(outboundRoute, deps)
    await app.register(statusRoute, deps)
  })
  const { stores, phone, agent, post } = server
  const { dial } = await stores.dials.create({ userId: OWNER, key: 'k', callType: 'ai', fromPhoneNumberId: phone._id, fromNumber: NUMBER, toNumber: CALLER, agentId: agent._id, promptContent: 'Remind them.', ...fields })
  return {
    ...server,
    dial,
    ask: async (sid = CallSid, more: Record<string, string> = {}) => await post(`/twilio/outbound?dial=${dial._id}`, { ...FIELDS, CallSid: sid, ...more }),
    tell: async (CallStatus: string) => (await post(`/twilio/status?dial=${dial._id}`, { ...FIELDS, CallSid, CallStatus })).statusCode,
    call: async () => await stores.calls.findBySid(CallSid)
  }
}

test('who answers is connected to the agent, also before Twilio\'s answer to the request has come', async (t) => {
  const { ask, call, stores, dial, agent } = await setUp(t)
  const first = tokenOf(t, await ask())
  t.match(await call(), { direction: 'outgoing', from_number: NUMBER, to_number: CALLER, agent_id: agent._id, system_prompt: 'Remind them.', userId: OWNER })
  t.match(await stores.dials.find(OWNER, dial._id), { state: 'placed', callSid: CallSid })
  const second = tokenOf(t, await ask())
  t.equal(await stores.calls.redeemStreamToken(CallSid, first), undefined, 'a repeated webhook: the newest token works')
  t.match(await stores.calls.redeemStreamToken(CallSid, second), { call_sid: CallSid })
  t.match(verbsOf(t, await ask()), [{ name: 'Hangup' }], 'the stream has begun')
})

test('a second call for the same dial talks to nobody', async (t) => {
  const { ask, stores } = await setUp(t)
  await ask()
  t.match(verbsOf(t, await ask(sidOf('two'))), [{ name: 'Hangup' }])
  t.equal(await stores.calls.findBySid(sidOf('two')), undefined)
})

test('a normal call hears its message, or is connected to a person', async (t) => {
  const said = await setUp(t, { callType: 'normal', message: 'Your table is <ready>.' })
  t.match(verbsOf(t, await said.ask()), [{ name: 'Say', text: 'Your table is <ready>.' }, { name: 'Hangup' }])
  const bridged = await setUp(t, { callType: 'normal', bridgeTo: '+14155550111' })
  t.match(verbsOf(t, await bridged.ask()), [{ name: 'Dial', text: '+14155550111' }])
})

test('only Twilio may ask, and only about a dial of that number\'s owner to that callee', async (t) => {
  const { post, dial, ask, liveCalls } = await setUp(t)
  t.equal((await post(`/twilio/outbound?dial=${dial._id}`, { ...FIELDS, CallSid }, { signature: null })).statusCode, 403)
  t.equal((await post('/twilio/outbound?dial=x', { ...FIELDS, CallSid, From: '+14155550177' })).statusCode, 403)
  t.match(verbsOf(t, await post('/twilio/outbound?dial=x', { ...FIELDS, CallSid })), [{ name: 'Hangup' }])
  t.match(verbsOf(t, await ask(CallSid, { To: '+14155550177' })), [{ name: 'Hangup' }])
  const foreign = await setUp(t, { userId: STRANGER })
  t.match(verbsOf(t, await foreign.ask()), [{ name: 'Hangup' }])
  t.equal(liveCalls.count, 0)
})

test('a call that nobody answered is recorded and completed by its status alone, however the statuses are ordered', async (t) => {
  for (const order of [['initiated', 'ringing', 'no-answer'], ['no-answer', 'ringing', 'initiated', 'no-answer']]) {
    const { tell, call } = await setUp(t)
    for (const status of order) t.equal(await tell(status), 204)
    t.match(await call(), { status: 'completed', end_reason: 'twilio_no-answer', direction: 'outgoing' })
  }
})
