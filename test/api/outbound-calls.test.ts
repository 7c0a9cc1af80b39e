import { test, type Test } from 'tap'
import type { FakeTwilioAccount } from '../../src/replay/twilio-account.ts'
import { runVirtually } from '../../src/replay/virtual-time.ts'
import { AGENT, PHONE } from '../support/api.ts'
import { buildApiWithTwilio } from '../support/twilio.ts'

const URL = '/api/calls/outbound'
const TO = '+14155550100'

const world = async (t: Test) => {
  const { api, account } = await buildApiWithTwilio(t)
  const ann = await api.user('ann')
  const { body: { phone } } = await ann.send('POST', '/api/phones', PHONE)
  const { body: { agent } } = await ann.send('POST', '/api/agents', AGENT)
  const { body: { prompt } } = await ann.send('POST', '/api/prompts', { name: 'Reminder', content: 'Remind them.', phoneNumberId: phone._id })
  const ai = { callType: 'ai', fromPhoneNumberId: phone._id, to: TO }
  const sendKey = async (body: object, key: string) => {
    const answer = await runVirtually(api.clock, api.app.inject({ method: 'POST', url: URL, headers: { authorization: 'Bearer secret_of_ann', 'idempotency-key': key }, body }), 60_000)
    return { status: answer.statusCode, body: answer.json() }
  }
  return { api, ann, account, phone, agent, prompt, ai, sendKey, call: (body: object = {}) => ann.send('POST', URL, { ...ai, ...body }) }
}

const failNext = (account: FakeTwilioAccount, ...mishaps: FakeTwilioAccount['mishaps']) => account.mishaps.push(...mishaps)

test('an ai call is placed once, with the prompt, and recorded', async (t) => {
  const { call, account, phone, agent, prompt, api, ann } = await world(t)
  const { status, body } = await call({ promptId: prompt._id })
  t.equal(status, 201)
  t.match(account.calls, [{ from: PHONE.phoneNumber, to: TO, url: /^http:\/\/localhost:3000\/twilio\/outbound\?dial=\w+$/, statusCallback: /\/twilio\/status\?dial=/ }])
  t.match(body.call, { call_sid: account.calls[0]?.sid, direction: 'outgoing', from_number: PHONE.phoneNumber, to_number: TO, agent_id: agent._id, system_prompt: 'Remind them.', status: 'active' })
  t.notOk('stream_token_hash' in body.call)
  t.match(await api.stores.calls.findBySid(body.call.call_sid), { userId: ann.userId })
  const normal = await ann.send('POST', URL, { callType: 'normal', fromPhoneNumberId: phone._id, to: '+14155550101', message: 'Your table is ready.' })
  t.match(normal, { status: 201, body: { call: { to_number: '+14155550101', agent_id: '' } } })
})

test('what cannot be placed is refused by field, before Twilio is asked', async (t) => {
  const { call, account, ai, api, ann } = await world(t)
  const cases: Array<[object, number, string]> = [
    [{ to: '123' }, 400, 'to'],
    [{ fromPhoneNumberId: 'x' }, 400, 'fromPhoneNumberId'],
    [{ message: 'Hello' }, 400, 'message'],
    [{ promptId: 'x' }, 400, 'promptId'],
    [{ promptId: 'x', promptContent: 'y' }, 400, 'promptContent'],
    [{ agentId: 'x' }, 400, 'agentId'],
    [{ callType: 'normal' }, 400, 'message'],
    [{ callType: 'normal', message: 'a', bridgeTo: '+14155550101' }, 400, 'message'],
    [{ callType: 'normal', bridgeTo: '+19005551234' }, 403, 'bridgeTo'],
    [{ callType: 'normal', message: 'a', agentId: 'x' }, 400, 'agentId'],
    [{ to: '+19005551234' }, 403, 'to'],
    [{ to: '+442071838750' }, 403, 'to']
  ]
  for (const [body, status, field] of cases) t.match(await call(body), { status, body: { error: { field } } }, JSON.stringify(body))
  const bob = await api.user('bob')
  t.match(await bob.send('POST', URL, ai), { status: 400, body: { error: { field: 'fromPhoneNumberId' } } })
  await ann.send('POST', '/api/do-not-call', { phoneNumber: TO })
  t.match(await call(), { status: 403, body: { error: { message: /do-not-call/ } } })
  t.same(account.calls, [])
})

test('quiet hours and caps hold, and refuse nobody who may be called', async (t) => {
  const { call, account, api, ann } = await world(t)
  const rules = (changes: object) => ann.send('PATCH', '/api/calling-rules', changes)
  await rules({ maxConcurrentCalls: 1 })
  const answers = await Promise.all([call(), call({ to: '+14155550101' })])
  t.same(answers.map(({ status }) => status).sort(), [201, 429], 'of two at once one gets the last place')
  t.equal(account.calls.length, 1)
  t.match(await call({ to: '+14155550102' }), { status: 429, body: { error: { message: /1 calls at a time/ } } })
  await rules({ maxConcurrentCalls: 10, maxCallsPerDay: 1 })
  t.match(await call({ to: '+14155550102' }), { status: 403, body: { error: { message: /1 calls in 24 hours/ } } })
  await rules({ maxCallsPerDay: 10, maxMinutesPerDay: 1 })
  await api.clock.advance(60_000)
  await api.stores.calls.complete(account.calls[0]?.sid ?? '', { end_time: new Date(api.clock.now()) })
  t.match(await call({ to: '+14155550102' }), { status: 403, body: { error: { message: /1 minutes in 24 hours/ } } })
  await rules({ maxMinutesPerDay: 100 })
  // The clock began at midnight UTC, 4 in the afternoon in San Francisco.
  await api.clock.advance(5 * 3_600_000)
  t.match(await call({ to: '+14155550102' }), { status: 403, body: { error: { message: /between 8 and 21/ } } })
  t.equal(account.calls.length, 1)
})

test('an answer that got lost is looked up, and the same key never calls twice', async (t) => {
  const { account, ai, sendKey, ann, call } = await world(t)
  failNext(account, 'lost_answer')
  const first = await sendKey(ai, 'one')
  t.match(first, { status: 201, body: { call: { call_sid: account.calls[0]?.sid } } })
  t.match(await sendKey(ai, 'one'), { status: 201, body: { call: { _id: first.body.call._id } } })
  t.match(await sendKey({ ...ai, to: '+14155550101' }, 'one'), { status: 409 })
  t.equal(account.calls.length, 1)
  t.match(await call(), { status: 201 }, 'without a key each request is a call of its own')
  t.equal(account.calls.length, 2)
  t.equal((await ann.send('GET', '/api/calls')).body.calls.length, 2)
  await Promise.all(['two', 'two', 'two'].map((key) => sendKey({ ...ai, to: '+14155550105' }, key)))
  t.equal(account.calls.filter(({ to }) => to === '+14155550105').length, 1, 'nor when asked at once')
})

test('a request that got lost is not known to be lost until Twilio has had time', async (t) => {
  const { account, ai, sendKey, api } = await world(t)
  failNext(account, 'lost_request')
  t.match(await sendKey(ai, 'one'), { status: 504, body: { error: { code: 'provider_timeout', message: /Idempotency-Key/ } } })
  t.match(await sendKey(ai, 'one'), { status: 504 })
  t.equal(account.calls.length, 0)
  await api.clock.advance(31_000)
  t.match(await sendKey(ai, 'one'), { status: 201 })
  t.equal(account.calls.length, 1)
})

test('Twilio\'s refusals are told in words', async (t) => {
  const { account, call } = await world(t)
  const cases: Array<[number, number, object]> = [
    [400, 21211, { status: 400, body: { error: { field: 'to', message: /21211/ } } }],
    [400, 21215, { status: 403, body: { error: { field: 'to', message: /Geographic/ } } }],
    [400, 13224, { status: 400, body: { error: { field: 'to', message: /13224/ } } }],
    [400, 21217, { status: 400, body: { error: { field: 'to', message: /21217/ } } }],
    [400, 21219, { status: 403, body: { error: { field: 'to', message: /verified/ } } }],
    [403, 20005, { status: 502, body: { error: { code: 'provider_rejected', message: /not active/ } } }],
    [401, 20003, { status: 502, body: { error: { code: 'provider_rejected', message: /auth token/ } } }],
    [400, 21210, { status: 400, body: { error: { field: 'fromPhoneNumberId' } } }],
    [429, 20429, { status: 502, body: { error: { code: 'provider_rate_limited' } } }],
    [400, 29999, { status: 502, body: { error: { code: 'provider_rejected', message: /29999/ } } }]
  ]
  for (const [status, code, expected] of cases) {
    failNext(account, { status, code })
    const answer = await call()
    t.match(answer, expected, `${code}`)
    t.notMatch(JSON.stringify(answer.body), /4155550100/)
  }
  t.match(await call(), { status: 201 })
})
