import { test } from 'tap'
import { buildApi, PHONE } from '../support/api.ts'

const TO = '+14155550100'

test('taking a thread over, and reading it', async (t) => {
  const api = await buildApi(t)
  const ann = await api.user('ann')
  await ann.send('POST', '/api/phones', PHONE)
  await api.stores.messages.receive(ann.userId, { messageSid: 'SM1', fromNumber: TO, toNumber: PHONE.phoneNumber, body: 'Hi' }, api.clock.now())
  const url = '/api/messages/threads'
  const threads = async () => (await ann.send('GET', url)).body.threads
  t.match(await threads(), [{ numbers: [TO, PHONE.phoneNumber], unread: true, smsReplies: true }])
  await api.clock.advance(1)
  const settings = { number: PHONE.phoneNumber, otherNumber: TO }
  t.match(await ann.send('PATCH', url, { ...settings, smsReplies: false, read: true }), { status: 200, body: { thread: { numbers: [TO, PHONE.phoneNumber], smsReplies: false, readAt: String } } })
  t.match(await threads(), [{ unread: false, smsReplies: false }])
  await api.clock.advance(1)
  await api.stores.messages.receive(ann.userId, { messageSid: 'SM2', fromNumber: TO, toNumber: PHONE.phoneNumber, body: 'Hello?' }, api.clock.now())
  t.match(await threads(), [{ unread: true, smsReplies: false, count: 2 }])
  const bob = await api.user('bob')
  t.match(await bob.send('PATCH', url, { ...settings, smsReplies: false }), { status: 400, body: { error: { field: 'number' } } })
})
