import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import { buildApi, PHONE } from '../support/api.ts'

const CALLER = '+14155550199'

test('the export is a line for each document, and is read as fast as it is asked for', async (t) => {
  const { app, stores, user } = await buildApi(t)
  const ann = await user('ann')
  const made = 2_000
  for (let n = 0; n < made; n++) await stores.messages.create(ann.userId, { messageSid: `SM${n}`, fromNumber: CALLER, toNumber: PHONE.phoneNumber, body: 'x'.repeat(100) })
  const { documents } = stores.userData
  let taken = 0
  stores.userData.documents = async function * (userId) {
    for await (const document of documents(userId)) {
      taken++
      yield document
    }
  }
  const answer = await app.inject({ url: '/api/export', headers: { authorization: 'Bearer secret_of_ann' }, payloadAsStream: true })
  t.match(answer.headers, { 'content-type': /^application\/x-ndjson/, 'content-disposition': /attachment/, 'cache-control': 'no-store' })
  let text = ''
  let aheadAtMost = 0
  for await (const chunk of answer.stream()) {
    text += String(chunk)
    aheadAtMost = Math.max(aheadAtMost, taken - text.split('\n').length)
    await new Promise<void>((resolve) => { setImmediate(resolve) })
  }
  const lines = text.trimEnd().split('\n').map((line) => JSON.parse(line))
  t.equal(lines.filter(({ collection }) => collection === 'messages').length, made)
  t.equal(lines.filter(({ collection, document }) => collection === 'users' && document.email === 'ann@example.com').length, 1)
  t.ok(aheadAtMost < 500, `at most ${aheadAtMost} documents ahead of the reader`)
})

test('a number is erased with the files of its calls, and that stands in the audit log without the number', async (t) => {
  const dataDir = t.testdir()
  const { stores, user, clock } = await buildApi(t, { DATA_DIR: dataDir })
  const ann = await user('ann')
  const at = new Date(clock.now())
  const { call } = await stores.calls.create({ userId: ann.userId, call_sid: 'CA1', from_number: CALLER, to_number: PHONE.phoneNumber, agent_id: '', session_id: 's', start_time: at })
  for (const [kind, file] of [['tapes', `${call._id}-1.ndjson`], ['recordings', `${call._id}-1.wav`]] as const) {
    await mkdir(join(dataDir, kind))
    await writeFile(join(dataDir, kind, file), 'voice')
    await stores.calls.addFile('CA1', kind, { part: 1, file })
  }
  const erase = async (phoneNumber: unknown) => await ann.send('POST', '/api/erase', { phoneNumber })
  t.match(await erase(CALLER), { status: 409, body: { error: { code: 'conflict', field: 'phoneNumber' } } }, 'not while it talks')
  await stores.calls.complete('CA1', { end_time: at })
  t.same(await erase(CALLER), { status: 200, body: { success: true, erased: { calls: 1, messages: 0, threads: 0, dials: 0, scheduledCalls: 0, webhookDeliveries: 0 } } })
  for (const kind of ['tapes', 'recordings']) t.same(await readdir(join(dataDir, kind)), [])
  t.match((await ann.send('GET', `/api/calls/${call._id}`)).body.call, { from_number: /^erased_/, transcript: [] })
  t.equal((await erase(CALLER)).body.erased.calls, 0)

  await ann.send('POST', '/api/phones', PHONE)
  t.match(await erase(PHONE.phoneNumber), { status: 409 }, 'nor one of our own')
  for (const bad of ['4155550199', '', null, 5, { $ne: '' }, ['+14155550199']]) t.match(await erase(bad), { status: 400, body: { error: { field: 'phoneNumber' } } }, JSON.stringify(bad))
  const { body } = await ann.send('GET', '/api/audit-log?resource=erase')
  t.match(body.auditLog[0], { outcome: 'done', fields: ['phoneNumber'] })
  t.notMatch(JSON.stringify(body), CALLER)
})
