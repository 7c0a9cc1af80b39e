import { test, type Test } from 'tap'
import { PHONE } from '../support/api.ts'
import { buildApiWithTwilio } from '../support/twilio.ts'

const URL = '/api/messages'
const TO = '+14155550100'

const world = async (t: Test) => {
  const { api, account } = await buildApiWithTwilio(t)
  const ann = await api.user('ann')
  const { body: { phone } } = await ann.send('POST', '/api/phones', PHONE)
  const text = { fromPhoneNumberId: phone._id, to: TO, body: 'Your table is ready.' }
  const sendKey = async (key: string, body: object = text) => {
    const answer = await api.app.inject({ method: 'POST', url: URL, headers: { authorization: 'Bearer secret_of_ann', 'idempotency-key': key }, body })
    return { status: answer.statusCode, body: answer.json() }
  }
  return { api, ann, account, text, sendKey, send: (more: object = {}) => ann.send('POST', URL, { ...text, ...more }) }
}

test('a message is sent, stored, and read again', async (t) => {
  const { send, account, ann } = await world(t)
  const { status, body } = await send({ body: ' Your table is ready. ' })
  t.equal(status, 201)
  t.match(account.texts.sent, [{ from: PHONE.phoneNumber, to: TO, body: 'Your table is ready.', statusCallback: `http://localhost:3000/twilio/sms-status?message=${body.message._id}` }])
  t.match(body.message, { messageSid: account.texts.sent[0]?.sid, direction: 'outgoing', status: 'queued', fromNumber: PHONE.phoneNumber, toNumber: TO })
  t.same((await ann.send('GET', `${URL}/${body.message._id}`)).body.message, body.message)
})

test('what cannot be sent is refused by field, before Twilio is asked', async (t) => {
  const { send, account, ann, api, text } = await world(t)
  const cases: Array<[object, number, string]> = [
    [{ to: '123' }, 400, 'to'],
    [{ to: '+4' }, 400, 'to'],
    [{ to: '+19005551234' }, 403, 'to'],
    [{ to: '+442071838750' }, 403, 'to'],
    [{ body: '' }, 400, 'body'],
    [{ body: '  ' }, 400, 'body'],
    [{ body: 'x'.repeat(1_601) }, 400, 'body'],
    [{ fromPhoneNumberId: 'x' }, 400, 'fromPhoneNumberId']
  ]
  for (const [body, status, field] of cases) t.match(await send(body), { status, body: { error: { field } } }, JSON.stringify(body).slice(0, 60))
  const bob = await api.user('bob')
  t.match(await bob.send('POST', URL, text), { status: 400, body: { error: { field: 'fromPhoneNumberId' } } })
  const { body: { doNotText } } = await ann.send('POST', '/api/do-not-text', { phoneNumber: TO, ourNumber: PHONE.phoneNumber })
  t.match(await send(), { status: 403, body: { error: { field: 'to' } } })
  await ann.send('DELETE', `/api/do-not-text/${doNotText._id}`)
  await ann.send('PATCH', '/api/calling-rules', { maxMessagesPerDay: 1 })
  t.same(account.texts.sent, [])
  t.equal((await send()).status, 201)
  t.match(await send(), { status: 403, body: { error: { message: /1 text messages in 24 hours/ } } })
  await api.clock.advance(24 * 3_600_000 + 1)
  t.equal((await send()).status, 201)
})

test('Twilio\'s refusals are told in words, with the field; who has opted out is remembered', async (t) => {
  const { send, account, ann } = await world(t)
  const cases: Array<[number, number, string | undefined]> = [
    [21211, 400, 'to'], [21608, 403, 'to'], [21610, 403, 'to'], [21614, 400, 'to'], [21606, 400, 'fromPhoneNumberId'], [30034, 403, 'fromPhoneNumberId'], [20003, 502, undefined]
  ]
  for (const [n, [code, status, field]] of cases.entries()) {
    account.mishaps.push({ status: 400, code })
    const answer = await send({ to: `+1415555010${n}` })
    t.match(answer, { status, body: { error: { message: new RegExp(`${code}`) } } })
    t.equal(answer.body.error.field, field)
  }
  t.match((await ann.send('GET', '/api/do-not-text')).body.doNotTexts, [{ phoneNumber: '+14155550102', ourNumber: PHONE.phoneNumber }])
  t.match((await ann.send('GET', `${URL}?number=${encodeURIComponent('+14155550102')}`)).body.messages, [{ status: 'failed', errorCode: 21610, failure: /does not want/, messageSid: /^pending_/ }])
})

test('the same key sends once, also when the answer got lost or the requests come together', async (t) => {
  const { sendKey, account } = await world(t)
  account.mishaps.push('lost_answer')
  const first = await sendKey('one')
  t.match(first, { status: 201, body: { message: { messageSid: account.texts.sent[0]?.sid } } })
  t.same((await sendKey('one')).body, first.body)
  t.equal(account.texts.sent.length, 1)
})
