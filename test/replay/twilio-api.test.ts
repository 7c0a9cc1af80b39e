import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { socketPair } from '../../src/replay/transport.ts'
import { buildTwilioApi } from '../../src/replay/twilio-api.ts'
import { TwilioPhone } from '../../src/replay/twilio-phone.ts'

const CONNECT = '<Response><Connect><Stream url="wss://gw/"/></Connect></Response>'

const setUp = async () => {
  const clock = new VirtualClock(0)
  const phone = new TwilioPhone({
    clock,
    post: async (url) => ({ status: 200, contentType: 'text/xml', body: url.endsWith('/other') ? '<Response><Reject/></Response>' : CONNECT }),
    connect: async () => socketPair().phone,
    voiceUrl: 'https://gw/voice',
    from: '+15550111',
    to: '+15550100',
    accountSid: 'AC1',
    authToken: 'secret',
    callSid: 'CA1'
  })
  const call = phone.call()
  await clock.advance(50)
  const api = await buildTwilioApi('secret', (callSid) => callSid === 'CA1' ? phone : undefined)
  const post = async (form: Record<string, string>, { callSid = 'CA1', token = 'secret' } = {}) => {
    const { statusCode, body } = await api.inject({
      method: 'POST',
      url: `/2010-04-01/Accounts/AC1/Calls/${callSid}.json`,
      headers: { authorization: `Basic ${Buffer.from(`AC1:${token}`).toString('base64')}`, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams(form).toString()
    })
    return { statusCode, ...JSON.parse(body) }
  }
  return { phone, call, post }
}

test('completes a call, once', async (t) => {
  const { phone, call, post } = await setUp()
  t.match(await post({ Status: 'completed' }), { statusCode: 200, sid: 'CA1', status: 'completed' })
  await call
  t.match(phone.events.at(-1), { type: 'ended', by: 'gateway', reason: 'completed over the REST API' })
  t.match(await post({ Status: 'completed' }), { statusCode: 404, code: 20404 })
})

test('gives a call other TwiML, by text or by address', async (t) => {
  const first = await setUp()
  t.match(await first.post({ Twiml: '<Response><Dial>+15550122</Dial></Response>' }), { statusCode: 200 })
  await first.call
  t.match(first.phone.events.at(-1), { type: 'ended', reason: 'Dial +15550122' })
  const second = await setUp()
  t.match(await second.post({ Url: 'https://gw/other' }), { statusCode: 200 })
  await second.call
  t.match(second.phone.events.at(-1), { type: 'ended', reason: 'Reject: rejected' })
})

test('refuses what Twilio refuses', async (t) => {
  const { phone, call, post } = await setUp()
  t.match(await post({ Status: 'completed' }, { token: 'wrong' }), { statusCode: 401, code: 20003 })
  t.match(await post({ Status: 'completed' }, { callSid: 'CA2' }), { statusCode: 404, code: 20404 })
  t.match(await post({}), { statusCode: 400, code: 21218 })
  t.notOk(phone.ended)
  phone.hangUp()
  await call
})
