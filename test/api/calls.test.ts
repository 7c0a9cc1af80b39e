import { test } from 'tap'
import { eachEngine } from '../support/engines.ts'
import { buildApi, type Api } from '../support/api.ts'

const addCall = async ({ stores, clock }: Api, userId: string, n: number, fields: object = {}) => {
  const { call } = await stores.calls.create({
    userId,
    call_sid: `CA${userId}${n}`,
    from_number: `+1415555010${n}`,
    to_number: '+14155550199',
    agent_id: 'a'.repeat(24),
    session_id: `session${n}`,
    start_time: new Date(clock.now() + n * 60_000),
    stream_token_hash: 'the hash',
    stream_token_expires_at: new Date(clock.now()),
    ...fields
  })
  return call
}

test('a call comes with its transcript: ids as strings, dates in ISO 8601, no tokens', async (t) => {
  const api = await buildApi(t)
  const ann = await api.user('ann')
  const { _id, call_sid: callSid } = await addCall(api, ann.userId, 1)
  await api.stores.calls.appendTurn(callSid, 0, { role: 'user', text: 'Hello?', timestamp: new Date(api.clock.now()), latency: { sttMs: 12.5 } })
  await api.stores.calls.complete(callSid, { end_time: new Date(api.clock.now() + 90_000), end_reason: 'caller_hung_up', usage: [{ stage: 'stt', provider: 'local', model: 'local', requests: 2, audioSeconds: 3.2 }] })
  const { status, body } = await ann.send('GET', `/api/calls/${_id}`)
  t.equal(status, 200)
  t.strictSame(body, {
    success: true,
    call: {
      _id,
      userId: ann.userId,
      created_at: '2026-01-01T00:00:00.000Z',
      updated_at: '2026-01-01T00:00:00.000Z',
      call_sid: callSid,
      from_number: '+14155550101',
      to_number: '+14155550199',
      agent_id: 'a'.repeat(24),
      session_id: 'session1',
      status: 'completed',
      start_time: '2026-01-01T00:01:00.000Z',
      end_time: '2026-01-01T00:01:30.000Z',
      duration_seconds: 30,
      transcript: [{ role: 'user', text: 'Hello?', timestamp: '2026-01-01T00:00:00.000Z', latency: { sttMs: 12.5 } }],
      end_reason: 'caller_hung_up',
      usage: [{ stage: 'stt', provider: 'local', model: 'local', requests: 2, audioSeconds: 3.2 }],
      latency: { sttMs: 13 },
      turn_count: 1,
      resume_count: 0
    }
  })
  await addCall(api, ann.userId, 2)
  t.notMatch(JSON.stringify((await ann.send('GET', '/api/calls')).body), /stream_token|the hash/)
})

test('lists by filter, sort and page', async (t) => {
  const api = await buildApi(t)
  const ann = await api.user('ann')
  for (let n = 0; n < 6; n++) await addCall(api, ann.userId, n, n % 2 === 0 ? { agent_id: 'even' } : {})
  await api.stores.calls.appendTurn(`CA${ann.userId}2`, 0, { role: 'user', text: 'Where is my parcel?', timestamp: new Date(api.clock.now()) })
  await api.stores.calls.complete(`CA${ann.userId}0`, { end_time: new Date(api.clock.now()) })
  const list = async (query: string) => {
    const { status, body } = await ann.send('GET', `/api/calls?${query}`)
    return { status, ns: body.calls?.map(({ session_id: id }: { session_id: string }) => Number(id.at(-1))), nextCursor: body.nextCursor, error: body.error }
  }
  t.same((await list('')).ns, [5, 4, 3, 2, 1, 0])
  t.same((await list('sort=start_time')).ns, [0, 1, 2, 3, 4, 5])
  t.same((await list('agent_id=even')).ns, [4, 2, 0])
  t.same((await list('status=completed')).ns, [0])
  t.same((await list('search=PARCEL%3F')).ns, [2])
  t.same((await list('number=%2B14155550103')).ns, [3])
  t.same((await list('number=%2B14155550199&agent_id=even')).ns, [4, 2, 0])
  t.same((await list('from_number=%2B14155550199')).ns, [])
  t.same((await list('to_number=%2B14155550199&status=active')).ns, [5, 4, 3, 2, 1])
  t.same((await list('started_after=2026-01-01T00:02:00Z&started_before=2026-01-01T00:04:00Z')).ns, [3, 2])
  const first = await list('limit=4&sort=-start_time')
  t.same(first.ns, [5, 4, 3, 2])
  const second = await list(`limit=4&cursor=${first.nextCursor}`)
  t.same([second.ns, second.nextCursor], [[1, 0], undefined])
  for (const [query, field] of [['limit=0', 'limit'], ['limit=many', 'limit'], ['limit=101', 'limit'], ['cursor=x', 'cursor'], ['status=lost', 'status'], ['started_after=yesterday', 'started_after'], ['$where=1', '$where'], ['status[$ne]=x', 'status[$ne]'], ['sort=body', 'sort'], ['status=active&status=completed', 'status']]) {
    const answer = await list(String(query))
    t.equal(answer.status, 400, String(query))
    t.match(answer.error, { code: 'invalid', field })
  }
})

test('another user\'s calls are not there', async (t) => {
  const api = await buildApi(t)
  const [ann, bob] = [await api.user('ann'), await api.user('bob')]
  const { _id } = await addCall(api, ann.userId, 1)
  const stranger = await bob.send('GET', `/api/calls/${_id}`)
  t.same(stranger, await bob.send('GET', `/api/calls/${'0'.repeat(24)}`), 'nothing tells it from one that never was')
  t.equal(stranger.status, 404)
  t.same((await bob.send('GET', '/api/calls')).body, { success: true, calls: [] })
  t.equal((await api.app.inject({ url: '/api/calls' })).statusCode, 401)
  t.equal((await api.app.inject({ url: `/api/calls/${_id}` })).statusCode, 401)
})

eachEngine('a call that is over is removed from lists and answers, counted still, and restored as it was', async (t, database) => {
  const api = await buildApi(t, {}, database)
  const ann = await api.user('ann')
  const { _id, call_sid: callSid } = await addCall(api, ann.userId, 1)
  const remove = async () => await ann.send('DELETE', `/api/calls/${_id}`)
  const counted = async () => (await ann.send('GET', '/api/analytics?from=2025-12-01T00:00:00Z&to=2026-02-01T00:00:00Z')).body.analytics.totals.calls
  t.match(await remove(), { status: 409, body: { error: { code: 'conflict' } } }, 'not while it is live')
  await api.stores.calls.complete(callSid, { end_time: new Date(api.clock.now() + 60_000) })
  const { body: before } = await ann.send('GET', `/api/calls/${_id}`)
  t.same(await remove(), { status: 200, body: { success: true } })
  t.equal((await remove()).status, 404)
  t.equal((await ann.send('GET', `/api/calls/${_id}`)).status, 404)
  t.equal((await ann.send('GET', `/api/calls/${_id}/recording`)).status, 404)
  t.same((await ann.send('GET', '/api/calls')).body, { success: true, calls: [] })
  t.equal(await counted(), 1)
  t.match((await ann.send('GET', '/api/export')).body, new RegExp(`"_id":"${_id}".*"isDeleted":true`))
  const restored = await ann.send('POST', `/api/calls/${_id}/restore`)
  t.match(restored, { status: 200, body: { call: { ...before.call, updated_at: String } } })
  t.notMatch(restored.body.call, { isDeleted: Boolean })
  t.equal((await ann.send('POST', `/api/calls/${_id}/restore`)).status, 404)
  t.equal((await ann.send('GET', '/api/calls')).body.calls.length, 1)
})
