import { test } from 'tap'
import { eachEngine } from '../support/engines.ts'
import { AGENT, buildApi, PHONE } from '../support/api.ts'

test('a phone is registered, read, changed, removed; its token is written only', async (t) => {
  const api = await buildApi(t)
  const ann = await api.user('ann')
  const made = await ann.send('POST', '/api/phones', PHONE)
  t.equal(made.status, 201)
  const { phone } = made.body
  t.same(phone, {
    _id: phone._id,
    userId: ann.userId,
    created_at: '2026-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:00.000Z',
    uuid: phone.uuid,
    phoneNumber: '+14155550123',
    provider: 'twilio',
    twilioAccountSid: PHONE.twilioAccountSid,
    isActive: true,
    twilioAuthTokenSet: true
  })
  t.same((await ann.send('GET', `/api/phones/${phone._id}`)).body, { success: true, phone })
  t.same((await ann.send('GET', '/api/phones')).body, { success: true, phones: [phone] })
  const changed = await ann.send('PATCH', `/api/phones/${phone._id}`, { twilioAuthToken: 'new', isActive: false })
  t.same(changed.body.phone, { ...phone, isActive: false })
  const stored = await api.stores.phones.find(ann.userId, phone._id)
  t.equal(stored && api.stores.phones.decryptAuthToken(stored), 'new')
  t.same(await ann.send('DELETE', `/api/phones/${phone._id}`), { status: 200, body: { success: true } })
  t.equal((await ann.send('GET', `/api/phones/${phone._id}`)).status, 404)
  t.equal((await ann.send('DELETE', `/api/phones/${phone._id}`)).status, 404)
})

test('what is no phone is refused by field', async (t) => {
  const ann = await (await buildApi(t)).user('ann')
  const cases: Array<[object, string]> = [
    [{ ...PHONE, phoneNumber: '4155550123' }, 'phoneNumber'],
    [{ ...PHONE, phoneNumber: '+1 415 555 0123' }, 'phoneNumber'],
    [{ ...PHONE, phoneNumber: '+1415555' }, 'phoneNumber'],
    [{ ...PHONE, phoneNumber: '+999123456789' }, 'phoneNumber'],
    [{ ...PHONE, phoneNumber: { $ne: '' } }, 'phoneNumber'],
    [{ ...PHONE, twilioAccountSid: 'SK' + '0'.repeat(32) }, 'twilioAccountSid'],
    [{ ...PHONE, twilioAuthToken: '' }, 'twilioAuthToken'],
    [{ ...PHONE, twilioAuthToken: undefined }, 'twilioAuthToken'],
    [{ ...PHONE, isActive: 'true' }, 'isActive'],
    [{ ...PHONE, provider: 'other' }, 'provider'],
    [{ ...PHONE, isDeleted: true }, 'isDeleted'],
    [{ ...PHONE, userId: 'someone' }, 'userId'],
    [{ ...PHONE, uuid: '00000000-0000-0000-0000-000000000000' }, 'uuid']
  ]
  for (const [body, field] of cases) t.match(await ann.send('POST', '/api/phones', body), { status: 400, body: { success: false, error: { code: 'invalid', field } } }, JSON.stringify(body))
  const { body: { phone } } = await ann.send('POST', '/api/phones', PHONE)
  t.match(await ann.send('PATCH', `/api/phones/${phone._id}`, { phoneNumber: '+14155550124' }), { status: 400, body: { error: { field: 'phoneNumber' } } })
})

eachEngine('a number has one live registration, also of two users at once', async (t, database) => {
  const api = await buildApi(t, {}, database)
  const [ann, bob] = [await api.user('ann'), await api.user('bob')]
  const answers = await Promise.all([ann, bob, ann, bob].map((user) => user.send('POST', '/api/phones', PHONE)))
  t.same(answers.map(({ status }) => status).sort(), [201, 409, 409, 409])
  t.match(answers.find(({ status }) => status === 409)?.body, { error: { code: 'duplicate', field: 'phoneNumber' } })
})

eachEngine('a phone in use is not removed, and what uses it is named', async (t, database) => {
  const api = await buildApi(t, {}, database)
  const ann = await api.user('ann')
  const { body: { phone } } = await ann.send('POST', '/api/phones', PHONE)
  const { body: { agent } } = await ann.send('POST', '/api/agents', AGENT)
  const { body: { scheduledCall } } = await ann.send('POST', '/api/scheduled-calls', { callType: 'normal', fromPhoneNumberId: phone._id, toPhoneNumbers: ['+14155550100'], scheduledDateTime: '2026-02-01T09:00:00Z' })
  t.match(await ann.send('DELETE', `/api/phones/${phone._id}`), { status: 409, body: { error: { code: 'conflict', message: /agent "Front desk".*calls scheduled for 2026-02-01T09:00:00.000Z/ } } })
  await ann.send('DELETE', `/api/agents/${agent._id}`)
  t.match(await ann.send('DELETE', `/api/phones/${phone._id}`), { status: 409, body: { error: { message: /scheduled/ } } })
  await api.stores.scheduledCalls.update(ann.userId, scheduledCall._id, { status: 'completed' })
  t.equal((await ann.send('DELETE', `/api/phones/${phone._id}`)).status, 200)
})

eachEngine('however removals and uses race, nothing uses a removed phone', async (t, database) => {
  const api = await buildApi(t, {}, database)
  const ann = await api.user('ann')
  for (let round = 0; round < 6; round++) {
    const phoneNumber = `+1415555012${round}`
    const { body: { phone } } = await ann.send('POST', '/api/phones', { ...PHONE, phoneNumber })
    const { body: { agent: mover } } = await ann.send('POST', '/api/agents', { ...AGENT, phoneNumber, active: false })
    await ann.send('POST', '/api/phones', { ...PHONE, phoneNumber: `+1415555013${round}` })
    await ann.send('PATCH', `/api/agents/${mover._id}`, { phoneNumber: `+1415555013${round}` })
    await Promise.all([
      ann.send('POST', '/api/agents', { ...AGENT, phoneNumber, active: false }),
      ann.send('DELETE', `/api/phones/${phone._id}`),
      ann.send('PATCH', `/api/agents/${mover._id}`, { phoneNumber }),
      ann.send('POST', '/api/scheduled-calls', { callType: 'normal', fromPhoneNumberId: phone._id, toPhoneNumbers: ['+14155550100'], scheduledDateTime: '2026-02-01T09:00:00Z' }),
      ann.send('DELETE', `/api/phones/${phone._id}`)
    ])
    const live = (await ann.send('GET', `/api/phones/${phone._id}`)).status === 200
    const users = (await ann.send('GET', `/api/agents?phoneNumber=${encodeURIComponent(phoneNumber)}`)).body.agents.length +
      (await ann.send('GET', `/api/scheduled-calls?fromPhoneNumberId=${phone._id}`)).body.scheduledCalls.length
    t.ok(live || users === 0, `round ${round}: live ${live}, used by ${users}`)
  }
})

eachEngine('the claim of a process that died does not keep a phone for ever', async (t, database) => {
  const api = await buildApi(t, {}, database)
  const ann = await api.user('ann')
  const { body: { phone } } = await ann.send('POST', '/api/phones', PHONE)
  const never = new Promise<void>(() => {})
  api.stores.phones.using(ann.userId, { _id: phone._id }, () => never).catch(() => {})
  while ((await ann.send('DELETE', `/api/phones/${phone._id}`)).status !== 409) t.fail('claimed')
  await api.clock.advance(60_000)
  t.equal((await ann.send('DELETE', `/api/phones/${phone._id}`)).status, 200)
})
