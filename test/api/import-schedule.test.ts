import { test } from 'tap'
import { buildApi, PHONE } from '../support/api.ts'

test('a file of numbers becomes one schedule, with a report', async (t) => {
  const api = await buildApi(t)
  const ann = await api.user('ann')
  const { body: { phone } } = await ann.send('POST', '/api/phones', PHONE)
  const { body: { prompt } } = await ann.send('POST', '/api/prompts', { name: 'Reminder', content: 'Remind them.', phoneNumberId: phone._id })
  const send = async (payload: string, query: Record<string, string> = {}, type = 'text/csv') => {
    const given = { callType: 'ai', fromPhoneNumberId: phone._id, promptId: prompt._id, scheduledDateTime: '2026-02-01T09:00:00Z', ...query }
    const answer = await api.app.inject({ method: 'POST', url: `/api/scheduled-calls/import?${new URLSearchParams(given)}`, headers: { authorization: 'Bearer secret_of_ann', 'content-type': type }, payload })
    return { status: answer.statusCode, body: answer.json() }
  }
  const stored = async () => (await ann.send('GET', '/api/scheduled-calls')).body.scheduledCalls
  const file = 'name;phone\r\nAnn;(415) 555-0101\r\nBob;nobody\r\nAnn;+14155550101\r\n'
  t.match(await send(file, { dryRun: 'true' }), { status: 200, body: { scheduledCall: undefined, accepted: 1, duplicates: 1, errors: 1, rows: [{ row: 2 }, { row: 3, error: { column: 'phone' } }, { row: 4, duplicateOf: 2 }] } })
  t.same(await stored(), [])
  t.match(await send(file, { detectMachines: 'false' }), { status: 201, body: { scheduledCall: { detectMachines: false, toPhoneNumbers: ['+14155550101'], promptContent: 'Remind them.', status: 'pending' }, accepted: 1 } })
  t.equal((await stored()).length, 1)
  const refused: Array<[Awaited<ReturnType<typeof send>>, number, string?]> = [
    [await send('phone\nnobody'), 400, 'body'],
    [await send('name\nAnn'), 400, 'body'],
    [await send(`phone\n${Array.from({ length: 1_001 }, (_, n) => `+1415555${1_000 + n}`).join('\n')}`), 413, 'body'],
    [await send(`phone\n${'x'.repeat(600_000)}`), 413],
    [await send(file, { fromPhoneNumberId: '0'.repeat(24) }), 400, 'fromPhoneNumberId'],
    [await send(file, { scheduledDateTime: '2025-02-01T09:00:00Z' }), 400, 'scheduledDateTime'],
    [await send(file, { colour: 'red' }), 400, 'colour'],
    [await send('"phone"', {}, 'application/json'), 400, 'body']
  ]
  for (const [n, [{ status, body }, wanted, field]] of refused.entries()) t.match({ status, field: body.error.field }, { status: wanted, field }, `${n}`)
  t.equal((await stored()).length, 1, 'nothing by halves')
})
