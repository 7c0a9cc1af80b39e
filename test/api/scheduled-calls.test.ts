import { test } from 'tap'
import type { Test } from 'tap'
import type { Database } from '../../src/store/collection.ts'
import { eachEngine } from '../support/engines.ts'
import { buildApi, PHONE } from '../support/api.ts'

const world = async (t: Test, database?: Database) => {
  const api = await buildApi(t, {}, database)
  const ann = await api.user('ann')
  const { body: { phone } } = await ann.send('POST', '/api/phones', PHONE)
  const { body: { prompt } } = await ann.send('POST', '/api/prompts', { name: 'Reminder', content: 'Remind them.', phoneNumberId: phone._id })
  const schedule = { callType: 'ai', fromPhoneNumberId: phone._id, toPhoneNumbers: ['+14155550100', '+442071838750'], scheduledDateTime: '2026-02-01T09:00:00+01:00', promptId: prompt._id }
  return { api, ann, phone, prompt, schedule }
}

test('a schedule keeps the prompt as it was', async (t) => {
  const { ann, prompt, schedule } = await world(t)
  const { status, body: { scheduledCall } } = await ann.send('POST', '/api/scheduled-calls', schedule)
  t.equal(status, 201)
  t.match(scheduledCall, { ...schedule, scheduledDateTime: '2026-02-01T08:00:00.000Z', promptContent: 'Remind them.', status: 'pending' })
  await ann.send('PATCH', `/api/prompts/${prompt._id}`, { content: 'Something else.' })
  const url = `/api/scheduled-calls/${scheduledCall._id}`
  t.equal((await ann.send('GET', url)).body.scheduledCall.promptContent, 'Remind them.')
  const moved = await ann.send('PATCH', url, { scheduledDateTime: '2026-03-01T09:00:00Z' })
  t.same(moved.body.scheduledCall, { ...scheduledCall, scheduledDateTime: '2026-03-01T09:00:00.000Z' })
  t.equal((await ann.send('PATCH', url, { promptId: prompt._id })).body.scheduledCall.promptContent, 'Something else.')
  const normal = await ann.send('PATCH', url, { callType: 'normal', promptId: null })
  t.notOk('promptId' in normal.body.scheduledCall || 'promptContent' in normal.body.scheduledCall)
  t.same((await ann.send('GET', '/api/scheduled-calls?callType=normal&status=pending')).body.scheduledCalls.length, 1)
  t.equal((await ann.send('DELETE', url)).status, 200)
  t.same((await ann.send('GET', '/api/scheduled-calls')).body, { success: true, scheduledCalls: [] })
})

test('what is no schedule is refused by field', async (t) => {
  const { api, ann, schedule } = await world(t)
  const bob = await api.user('bob')
  const { body: { phone: foreign } } = await bob.send('POST', '/api/phones', { ...PHONE, phoneNumber: '+14155550124' })
  const { body: { prompt: foreignPrompt } } = await bob.send('POST', '/api/prompts', { name: 'x', content: 'x', phoneNumberId: foreign._id })
  const cases: Array<[object, string]> = [
    [{ ...schedule, callType: 'video' }, 'callType'],
    [{ ...schedule, promptId: undefined }, 'promptId'],
    [{ ...schedule, promptId: foreignPrompt._id }, 'promptId'],
    [{ ...schedule, fromPhoneNumberId: foreign._id }, 'fromPhoneNumberId'],
    [{ ...schedule, toPhoneNumbers: [] }, 'toPhoneNumbers'],
    [{ ...schedule, toPhoneNumbers: ['+14155550100', '911'] }, 'toPhoneNumbers.1'],
    [{ ...schedule, toPhoneNumbers: ['+14155550100', '+999123456789'] }, 'toPhoneNumbers.1'],
    [{ ...schedule, toPhoneNumbers: ['+14155550100', '+14155550100'] }, 'toPhoneNumbers'],
    [{ ...schedule, toPhoneNumbers: '+14155550100' }, 'toPhoneNumbers'],
    [{ ...schedule, scheduledDateTime: '2025-12-31T23:00:00Z' }, 'scheduledDateTime'],
    [{ ...schedule, scheduledDateTime: '2026-02-30T09:00:00Z' }, 'scheduledDateTime'],
    [{ ...schedule, scheduledDateTime: 'tomorrow' }, 'scheduledDateTime'],
    [{ ...schedule, status: 'completed' }, 'status'],
    [{ ...schedule, promptContent: 'mine' }, 'promptContent'],
    [{ ...schedule, callType: 'normal', detectMachines: true }, 'detectMachines']
  ]
  for (const [body, field] of cases) t.match(await ann.send('POST', '/api/scheduled-calls', body), { status: 400, body: { error: { code: 'invalid', field } } }, JSON.stringify(body))
  const { body: { scheduledCall } } = await ann.send('POST', '/api/scheduled-calls', schedule)
  t.match(await ann.send('PATCH', `/api/scheduled-calls/${scheduledCall._id}`, { promptId: null }), { status: 400, body: { error: { field: 'promptId' } } })
  const url = `/api/scheduled-calls/${scheduledCall._id}`
  t.match(await ann.send('PATCH', url, { detectMachines: false }), { status: 200, body: { scheduledCall: { detectMachines: false } } })
  t.match(await ann.send('PATCH', url, { callType: 'normal' }), { status: 400, body: { error: { field: 'detectMachines' } } })
  t.match(await ann.send('PATCH', url, { callType: 'normal', detectMachines: null }), { status: 200 })
  t.match(await ann.send('PATCH', `/api/scheduled-calls/${scheduledCall._id}`, { fromPhoneNumberId: foreign._id }), { status: 400, body: { error: { field: 'fromPhoneNumberId' } } })
})

eachEngine('only a pending schedule is changed, and changes that race leave no ai call without a prompt', async (t, database) => {
  const { api, ann, schedule } = await world(t, database)
  const { body: { scheduledCall: first } } = await ann.send('POST', '/api/scheduled-calls', { ...schedule, callType: 'normal' })
  const url = `/api/scheduled-calls/${first._id}`
  for (let round = 0; round < 4; round++) {
    const answers = await Promise.all([ann.send('PATCH', url, { callType: 'ai' }), ann.send('PATCH', url, { promptId: null })])
    const { callType, promptId } = (await ann.send('GET', url)).body.scheduledCall
    t.ok(callType !== 'ai' || promptId !== undefined, `${answers.map(({ status }) => status)}`)
    await ann.send('PATCH', url, { callType: 'normal', promptId: schedule.promptId })
  }
  await api.stores.scheduledCalls.update(ann.userId, first._id, { status: 'completed' })
  t.match(await ann.send('PATCH', url, { toPhoneNumbers: ['+14155550101'] }), { status: 409, body: { error: { code: 'conflict' } } })
  t.same((await ann.send('GET', url)).body.scheduledCall.toPhoneNumbers, schedule.toPhoneNumbers)
})

test('a schedule may say who is called again, and what is cancelled calls nobody', async (t) => {
  const { api, ann, schedule } = await world(t)
  const retry = { on: ['busy', 'no-answer'], count: 2, delayMinutes: 30 }
  const { status, body: { scheduledCall } } = await ann.send('POST', '/api/scheduled-calls', { ...schedule, retry })
  t.match({ status, retry: scheduledCall.retry }, { status: 201, retry })
  const url = `/api/scheduled-calls/${scheduledCall._id}`
  t.match((await ann.send('PATCH', url, { retry: null })).body.scheduledCall, { retry: undefined, status: 'pending' })
  for (const wrong of [{ ...retry, on: [] }, { ...retry, on: ['reached'] }, { ...retry, count: 0 }, { ...retry, delayMinutes: 0.5 }, { on: ['busy'] }, null]) {
    t.match(await ann.send('POST', '/api/scheduled-calls', { ...schedule, retry: wrong }), { status: 400, body: { error: { field: /^retry/ } } }, JSON.stringify(wrong))
  }
  await api.stores.dials.create({ userId: ann.userId, key: 'k', callType: 'ai', fromPhoneNumberId: schedule.fromPhoneNumberId, fromNumber: '+14155550123', toNumber: '+14155550100', scheduledCallId: scheduledCall._id })
  t.equal((await ann.send('DELETE', url)).status, 200)
  t.match(await api.stores.dials.ofSchedule(scheduledCall._id), [{ state: 'failed' }])
})

eachEngine('a recurring schedule: one occurrence or all of it is cancelled', async (t, database) => {
  const { ann, schedule } = await world(t, database)
  const recurrence = { rule: 'FREQ=WEEKLY;BYDAY=MO', timeZone: 'Europe/Berlin' }
  const { status, body: { scheduledCall } } = await ann.send('POST', '/api/scheduled-calls', { ...schedule, recurrence })
  t.match({ status, scheduledCall }, { status: 201, scheduledCall: { recurrence: { ...recurrence, startsAt: '2026-02-01T08:00:00.000Z' }, scheduledDateTime: '2026-02-02T08:00:00.000Z', seriesId: scheduledCall._id } }, 'the first Monday')
  const pending = async () => (await ann.send('GET', `/api/scheduled-calls?seriesId=${scheduledCall.seriesId}&status=pending`)).body.scheduledCalls
  t.equal((await ann.send('DELETE', `/api/scheduled-calls/${scheduledCall._id}`)).status, 200)
  const [next, ...more] = await pending()
  t.match([next, more], [{ scheduledDateTime: '2026-02-09T08:00:00.000Z', promptContent: 'Remind them.' }, []], 'the next one is there')
  const url = `/api/scheduled-calls/${next._id}`
  t.match((await ann.send('PATCH', url, { recurrence: { ...recurrence, rule: 'FREQ=MONTHLY;BYMONTHDAY=1' } })).body.scheduledCall, { scheduledDateTime: '2026-03-01T08:00:00.000Z', occurrenceAt: '2026-03-01T08:00:00.000Z' })
  t.match(await ann.send('PATCH', url, { recurrence: { ...recurrence, timeZone: 'Mars' } }), { status: 400, body: { error: { field: 'recurrence.timeZone' } } })
  t.equal((await ann.send('DELETE', `${url}/series`)).status, 200)
  t.same(await pending(), [])
  t.equal((await ann.send('DELETE', `${url}/series`)).status, 404)
  const { body: { scheduledCall: single } } = await ann.send('POST', '/api/scheduled-calls', schedule)
  t.equal((await ann.send('DELETE', `/api/scheduled-calls/${single._id}/series`)).status, 409)
})

test('a cancelled schedule comes back, a series with it, but none whose time passed long ago', async (t) => {
  const api = await buildApi(t)
  const ann = await api.user('ann')
  const { body: { phone } } = await ann.send('POST', '/api/phones', PHONE)
  const { body: { prompt } } = await ann.send('POST', '/api/prompts', { name: 'p', content: 'c', phoneNumberId: phone._id })
  const schedule = { callType: 'ai', fromPhoneNumberId: phone._id, promptId: prompt._id, toPhoneNumbers: ['+14155550100'] }
  const make = async (more: object) => (await ann.send('POST', '/api/scheduled-calls', { ...schedule, scheduledDateTime: new Date(api.clock.now() + 5_000), ...more })).body.scheduledCall

  const due = await make({})
  await ann.send('DELETE', `/api/scheduled-calls/${due._id}`)
  await api.clock.advance(10_000)
  t.match(await ann.send('POST', `/api/scheduled-calls/${due._id}/restore`), { status: 200, body: { scheduledCall: { status: 'pending' } } }, 'a click taken back: its calls are due')
  await ann.send('DELETE', `/api/scheduled-calls/${due._id}`)
  await api.clock.advance(61_000)
  t.match(await ann.send('POST', `/api/scheduled-calls/${due._id}/restore`), { status: 409 })

  const daily = await make({ recurrence: { rule: 'FREQ=DAILY', timeZone: 'UTC' } })
  await ann.send('DELETE', `/api/scheduled-calls/${daily._id}/series`)
  t.match(await ann.send('POST', `/api/scheduled-calls/${daily._id}/restore`), { status: 200, body: { scheduledCall: { seriesId: daily._id } } })
  t.equal(await api.stores.scheduledCalls.hasEnded(ann.userId, daily._id), false, 'it goes on')
})

test('a schedule is run now, once', async (t) => {
  const { api, ann, schedule } = await world(t)
  const { body: { scheduledCall } } = await ann.send('POST', '/api/scheduled-calls', schedule)
  const run = async () => await ann.send('POST', `/api/scheduled-calls/${scheduledCall._id}/run`)
  const due = { status: 200, body: { scheduledCall: { scheduledDateTime: '2026-01-01T00:00:00.000Z' } } }
  t.match(await Promise.all([run(), run()]), [due, due])
  await api.clock.advance(1_000)
  t.match(await run(), due)
  await api.stores.scheduledCalls.update(ann.userId, scheduledCall._id, { status: 'completed' })
  t.match(await run(), { status: 409 })
})
