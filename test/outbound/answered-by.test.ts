import { test, type Test } from 'tap'
import { answeredByRoute } from '../../src/outbound/answered-by.ts'
import { parseTwiml } from '../../src/replay/twiml.ts'
import type { NewAgent } from '../../src/store/agents.ts'
import { TwilioRest } from '../../src/twilio/rest.ts'
import { listenTwilio } from '../support/twilio.ts'
import { AUTH_TOKEN, CALLER, NUMBER, OWNER, webhookServer } from '../support/webhooks.ts'

const setUp = async (t: Test, settings: Partial<NewAgent> = {}) => {
  const { url, account } = await listenTwilio(t, { now: () => 0 }, AUTH_TOKEN)
  const server = await webhookServer(t, async (app, deps) => await app.register(answeredByRoute, { ...deps, rest: new TwilioRest(url) }))
  const { stores, clock, agent, post } = server
  await stores.agents.update(OWNER, agent._id, settings)
  const placed = account.phoneCalls.place({ From: NUMBER, To: CALLER, MachineDetection: 'Enable', AsyncAmdStatusCallback: 'https://voice.example.org/twilio/answered-by?dial=1' })
  account.phoneCalls.progress(placed, 'in-progress')
  await stores.calls.create({ userId: OWNER, call_sid: placed.sid, from_number: NUMBER, to_number: CALLER, agent_id: agent._id, session_id: 's', start_time: new Date(clock.now()), direction: 'outgoing' })
  return {
    ...server,
    account,
    call: async () => await stores.calls.findBySid(placed.sid),
    tell: async (answeredBy: string, given = {}) => {
      const [callback] = account.phoneCalls.detect(placed, answeredBy)
      return (await post('/twilio/answered-by?dial=1', callback?.form ?? {}, given)).statusCode
    }
  }
}

test('a person, and what is not known, is talked to', async (t) => {
  for (const who of ['human', 'unknown']) {
    const { tell, call, account } = await setUp(t, { voicemailMessage: 'Call us.' })
    t.equal(await tell(who), 204)
    t.match(await call(), { status: 'active', answered_by: who })
    t.same(account.updates, [])
  }
})

test('a machine is hung up on, once, whatever the media stream makes of that', async (t) => {
  const { tell, call, account, stores, clock } = await setUp(t)
  for (let n = 0; n < 2; n++) t.equal(await tell('machine_start'), 204)
  const over = { status: 'completed', end_reason: 'answering_machine', answered_by: 'machine_start' }
  t.match(await call(), over)
  t.match(account.updates, [{ form: { Status: 'completed' } }])
  t.equal(account.updates.length, 1)
  await stores.calls.complete((await call())?.call_sid ?? '', { end_time: new Date(clock.now()), end_reason: 'caller_hung_up' }, 0)
  t.match(await call(), over)
})

test('for its message the call gets a new stream, and the end of the old one does not end it', async (t) => {
  const { tell, call, account, stores, clock } = await setUp(t, { voicemailMessage: 'Call us.' })
  for (let n = 0; n < 2; n++) t.equal(await tell('machine_end_beep'), 204)
  t.equal(account.updates.length, 1)
  const [connect] = parseTwiml(String(account.updates[0]?.form['Twiml']))
  const token = connect?.children[0]?.children.find(({ attributes }) => attributes['name'] === 'token')?.attributes['value'] ?? ''
  const callSid = (await call())?.call_sid ?? ''
  await stores.calls.complete(callSid, { end_time: new Date(clock.now()), end_reason: 'caller_hung_up' }, 0)
  t.match(await call(), { status: 'active', answered_by: 'machine_end_beep', resume_count: 1 })
  t.match(await stores.calls.redeemStreamToken(callSid, token), { call_sid: callSid })
})

test('only Twilio may tell', async (t) => {
  const { tell, call } = await setUp(t)
  t.equal(await tell('machine_start', { signature: null }), 403)
  t.match(await call(), { status: 'active' })
})
