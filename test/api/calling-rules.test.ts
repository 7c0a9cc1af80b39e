import { test } from 'tap'
import { buildApi } from '../support/api.ts'

test('the rules are read and changed field by field, and what is no rule is refused', async (t) => {
  const ann = await (await buildApi(t)).user('ann')
  const url = '/api/calling-rules'
  t.match((await ann.send('GET', url)).body, { success: true, callingRules: { allowedCountries: [], callFromHour: 8, callUntilHour: 21 } })
  t.match((await ann.send('PATCH', url, { allowedCountries: ['GB'] })).body.callingRules, { allowedCountries: ['GB'], callFromHour: 8 })
  for (const [body, field] of [[{ callFromHour: 21 }, 'callFromHour'], [{ callUntilHour: 25 }, 'callUntilHour'], [{ allowedCountries: ['uk'] }, 'allowedCountries.0'], [{ userId: 'x' }, 'userId']] as const) {
    t.match(await ann.send('PATCH', url, body), { status: 400, body: { error: { field } } })
  }
})

test('the do-not-call list holds numbers once', async (t) => {
  const ann = await (await buildApi(t)).user('ann')
  const url = '/api/do-not-call'
  const { status, body: { doNotCall } } = await ann.send('POST', url, { phoneNumber: '+14155550100', reason: 'asked' })
  t.equal(status, 201)
  t.notOk('channel' in doNotCall)
  t.equal((await ann.send('POST', url, { phoneNumber: '+14155550100' })).status, 409)
  t.equal((await ann.send('POST', url, { phoneNumber: '+1' })).status, 400)
  t.match((await ann.send('PATCH', `${url}/${doNotCall._id}`, { reason: null })).body.doNotCall, { reason: undefined })
  t.equal((await ann.send('GET', url)).body.doNotCalls.length, 1)
  t.equal((await ann.send('DELETE', `${url}/${doNotCall._id}`)).status, 200)
  t.same((await ann.send('GET', url)).body.doNotCalls, [])
})
