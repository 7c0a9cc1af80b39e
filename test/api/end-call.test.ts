import { test } from 'tap'
import { EarshotError } from '../../src/errors.ts'
import type { TwilioAccount } from '../../src/twilio/rest.ts'
import { buildApi, PHONE } from '../support/api.ts'

test('an active call is hung up through its own account, once, and by its owner only', async (t) => {
  const hungUp: Array<{ account: TwilioAccount, callSid: string }> = []
  let away = true
  const rest = {
    completeCall: async (account: TwilioAccount, callSid: string) => {
      if (away) throw new EarshotError('provider_unavailable')
      hungUp.push({ account, callSid })
    }
  }
  const api = await buildApi(t, {}, undefined, { rest })
  const [ann, bob] = [await api.user('ann'), await api.user('bob')]
  const { body: { phone } } = await ann.send('POST', '/api/phones', PHONE)
  const { call } = await api.stores.calls.create({ userId: ann.userId, call_sid: 'CA1', from_number: '+14155550199', to_number: PHONE.phoneNumber, agent_id: 'agent', session_id: 's', start_time: new Date(api.clock.now()) })
  const url = `/api/calls/${call._id}/end`
  t.equal((await bob.send('POST', url)).status, 404)
  t.match(await ann.send('POST', url), { status: 502, body: { error: { code: 'provider_unavailable' } } })
  t.equal((await ann.send('GET', `/api/calls/${call._id}`)).body.call.status, 'active', 'a call that goes on is not called over')
  away = false
  t.match(await ann.send('POST', url), { status: 200, body: { call: { status: 'completed', end_reason: 'ended_by_user' } } })
  t.match(await ann.send('POST', url), { status: 200, body: { call: { status: 'completed' } } })
  t.same(hungUp, [{ account: { accountSid: PHONE.twilioAccountSid, authToken: PHONE.twilioAuthToken }, callSid: 'CA1' }])

  await api.stores.calls.create({ userId: ann.userId, call_sid: 'CA2', from_number: '+14155550199', to_number: PHONE.phoneNumber, agent_id: 'agent', session_id: 's', start_time: new Date(api.clock.now()) })
  await ann.send('DELETE', `/api/phones/${phone._id}`)
  const { body: { calls } } = await ann.send('GET', '/api/calls?status=active')
  t.match(await ann.send('POST', `/api/calls/${calls[0]._id}/end`), { status: 409, body: { error: { code: 'conflict' } } })
})
