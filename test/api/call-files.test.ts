import { mkdir, writeFile } from 'node:fs/promises'
import { test } from 'tap'
import { fileOf, pathOf } from '../../src/archive/call-files.ts'
import { buildApi } from '../support/api.ts'

test('tape and recording are downloaded by their owner, the recording also in parts', async (t) => {
  const dataDir = t.testdir()
  const api = await buildApi(t, { DATA_DIR: dataDir })
  const [ann, bob] = [await api.user('ann'), await api.user('bob')]
  const { call } = await api.stores.calls.create({ userId: ann.userId, call_sid: 'CA1', from_number: '+14155550100', to_number: '+14155550123', agent_id: 'a', session_id: 's', start_time: new Date(api.clock.now()) })
  const get = async (path: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET', who = 'ann') => {
    const answer = await api.app.inject({ method, url: `/api/calls/${call._id}/${path}`, headers: { authorization: `Bearer secret_of_${who}`, ...headers } })
    return { status: answer.statusCode, headers: answer.headers, body: answer.body }
  }
  t.match(await get('recording'), { status: 404, body: /There is no recording of this call\./ })
  t.equal((await ann.send('GET', `/api/calls/${call._id}`)).body.call.recordings, undefined)
  for (const [kind, text] of [['tapes', '{"type":"header"}\n'], ['recordings', '0123456789']] as const) {
    await mkdir(`${dataDir}/${kind}`)
    const file = fileOf(kind, call)
    await api.stores.calls.addFile('CA1', kind, { ...file, bytes: text.length })
    await api.stores.calls.addFile('CA1', kind, fileOf(kind, { ...call, resume_count: 1 }))
    await writeFile(pathOf(dataDir, kind, file.file), text)
  }
  t.match(await get('tape'), { status: 200, body: '{"type":"header"}\n', headers: { 'content-type': 'application/x-ndjson', 'content-disposition': `attachment; filename="${call._id}-1.ndjson"`, 'content-length': '18', 'cache-control': 'private, no-cache' } })
  const whole = await get('recording')
  t.match(whole, { status: 200, body: '0123456789', headers: { 'content-type': 'audio/wav', 'accept-ranges': 'bytes', etag: String, 'content-length': '10' } })
  t.match(await get('recording', { range: 'bytes=2-4' }), { status: 206, body: '234', headers: { 'content-range': 'bytes 2-4/10', 'content-length': '3', 'content-type': 'audio/wav' } })
  t.match(await get('recording', { range: 'bytes=-2' }), { status: 206, body: '89' })
  t.match(await get('recording', { range: 'bytes=10-' }), { status: 416, body: /range_not_satisfiable/, headers: { 'content-range': 'bytes */10', 'content-type': /json/ } })
  t.match(await get('recording', {}, 'HEAD'), { status: 200, body: '', headers: { 'content-length': '10', 'accept-ranges': 'bytes' } })
  t.match(await get('recording', { 'if-none-match': String(whole.headers['etag']) }), { status: 304, body: '' })
  t.match(await get('recording?part=2'), { status: 404, body: /not on this server's disk/ })
  t.match(await get('recording?part=3'), { status: 404, body: /no recording of this call with part 3/ })
  t.equal((await get('recording?part=0')).status, 400)
  for (const path of ['tape', 'recording']) t.same(await bob.send('GET', `/api/calls/${call._id}/${path}`), await bob.send('GET', `/api/calls/${'0'.repeat(24)}/${path}`), 'a stranger learns nothing')
})
