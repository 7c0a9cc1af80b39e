import { sha256 } from '../../src/store/id.ts'
import type { NewCall, TranscriptTurn } from '../../src/store/calls.ts'
import { eachStores } from '../support/engines.ts'
import type { VirtualClock } from '../../src/clock.ts'

const newCall = (clock: VirtualClock, fields: Partial<NewCall> = {}): NewCall => ({
  userId: 'user1',
  call_sid: 'CA1',
  from_number: '+14155550100',
  to_number: '+14155550123',
  agent_id: 'agent1',
  session_id: 'session1',
  start_time: new Date(clock.now()),
  ...fields
})

const withToken = (clock: VirtualClock, token: string, fields: Partial<NewCall> = {}): NewCall =>
  newCall(clock, { stream_token_hash: sha256(token), stream_token_expires_at: new Date(clock.now() + 60_000), ...fields })

const turn = (n: number): TranscriptTurn => ({ role: n % 2 === 0 ? 'assistant' : 'user', text: `turn ${n}`, timestamp: new Date(Date.UTC(2026, 0, 1, 0, 0, n)) })

eachStores('a call is stored once, however often and concurrently its webhook comes', async (t, { stores: { calls }, clock }) => {
  const made = await Promise.all(Array.from({ length: 5 }, (_, n) => calls.create(newCall(clock, { session_id: `session${n}` }))))
  t.equal(made.filter(({ created }) => created).length, 1)
  t.equal(new Set(made.map(({ call }) => call._id)).size, 1)
  t.equal(new Set(made.map(({ call }) => call.session_id)).size, 1)
  const call = await calls.findBySid('CA1')
  t.match(call, { status: 'active', transcript: [], turn_count: 0, created_at: new Date(clock.now()) })
  t.match(call?._id, /^[0-9a-f]{24}$/)
  t.equal(await calls.findBySid('CA2'), undefined)
})

eachStores('a stream token works once, for its call, in its time', async (t, { stores: { calls }, clock }) => {
  await calls.create(withToken(clock, 'token1'))
  await calls.create(withToken(clock, 'token2', { call_sid: 'CA2' }))
  t.equal(await calls.redeemStreamToken('CA1', 'wrong'), undefined)
  t.equal(await calls.redeemStreamToken('CA1', ''), undefined)
  t.equal(await calls.redeemStreamToken('CA1', 'token2'), undefined, 'another call\'s')
  t.equal(await calls.redeemStreamToken('CA3', 'token1'), undefined, 'an unknown call')
  const redeemed = await Promise.all(Array.from({ length: 6 }, () => calls.redeemStreamToken('CA1', 'token1')))
  const won = redeemed.filter((call) => call !== undefined)
  t.equal(won.length, 1, 'of several at once one gets in')
  t.equal(won[0]?.call_sid, 'CA1')
  t.equal(won[0]?.stream_token_hash, undefined)
  await clock.advance(60_000)
  t.equal(await calls.redeemStreamToken('CA2', 'token2'), undefined, 'expired')
})

eachStores('a new stream token voids the one before, and none is given once the stream has begun', async (t, { stores: { calls }, clock }) => {
  const expiresAt = new Date(clock.now() + 120_000)
  await calls.create(withToken(clock, 'first'))
  t.equal((await calls.setStreamToken('CA1', sha256('second'), expiresAt))?.call_sid, 'CA1')
  t.equal(await calls.redeemStreamToken('CA1', 'first'), undefined)
  t.equal((await calls.redeemStreamToken('CA1', 'second'))?.call_sid, 'CA1')
  t.equal(await calls.setStreamToken('CA1', sha256('third'), expiresAt), undefined)
  t.equal(await calls.setStreamToken('CA9', sha256('third'), expiresAt), undefined)
})

eachStores('turns are stored in order, each once, whatever is repeated', async (t, { stores: { calls }, clock }) => {
  await calls.create(newCall(clock))
  await calls.appendTurn('CA1', 0, turn(0))
  await calls.appendTurn('CA1', 1, { ...turn(1), interrupted: true, latency: { sttMs: 120.5 } })
  await Promise.all([0, 1, 1, 0].map((n) => calls.appendTurn('CA1', n, turn(n))))
  await Promise.all([1, 2, 3].map(() => calls.appendTurn('CA1', 2, turn(2))))
  const call = await calls.findBySid('CA1')
  t.strictSame(call?.transcript, [turn(0), { ...turn(1), interrupted: true, latency: { sttMs: 120.5 } }, turn(2)])
  t.equal(call?.turn_count, 3)
  await t.rejects(calls.appendTurn('CA1', 4, turn(4)), { code: 'conflict', message: /gap/ })
  await t.rejects(calls.appendTurn('CA1', 1, turn(7)), { code: 'conflict', message: /another turn 1/ })
  await t.rejects(calls.appendTurn('CA9', 0, turn(0)), { code: 'not_found' })
  await calls.complete('CA1', { end_time: new Date(clock.now()) })
  await calls.appendTurn('CA1', 3, turn(3))
  t.equal((await calls.findBySid('CA1'))?.turn_count, 4, 'a turn that waited for the database comes after the end')
})

eachStores('the first end of a call counts', async (t, { stores: { calls }, clock }) => {
  await calls.create(withToken(clock, 'token'))
  const startMs = clock.now()
  await clock.advance(90_500)
  const ended = await Promise.all([1, 2, 3].map((n) => calls.complete('CA1', { end_time: new Date(startMs + 90_500), end_reason: `end${n}` })))
  t.equal(new Set(ended.map((call) => call?.end_reason)).size, 1)
  const call = await calls.complete('CA1', { end_time: new Date(startMs + 500_000), end_reason: 'late' })
  t.match(call, { status: 'completed', duration_seconds: 90.5, end_time: new Date(startMs + 90_500), end_reason: ended[0]?.end_reason })
  t.equal(await calls.redeemStreamToken('CA1', 'token'), undefined, 'a call that is over takes no stream')
  t.equal(await calls.complete('CA9', { end_time: new Date(startMs) }), undefined)
  await calls.create(newCall(clock, { call_sid: 'CA2' }))
  t.equal((await calls.complete('CA2', { end_time: new Date(startMs) }))?.duration_seconds, 0, 'never negative')
})

eachStores('what a call used is kept, also when somebody else has ended it first', async (t, { stores: { calls }, clock }) => {
  const end = { end_time: new Date(clock.now()), end_reason: 'caller_hung_up' }
  const usage = [{ stage: 'tts' as const, provider: 'api.example.com:8080', model: 'voice-1.5', requests: 2, characters: 40, audioSeconds: 2.5 }]
  const more = [{ ...usage[0]!, requests: 3 }]
  await calls.create(newCall(clock))
  await calls.complete('CA1', { ...end, end_reason: 'twilio_completed' })
  t.match(await calls.complete('CA1', { ...end, usage }, 0), { end_reason: 'caller_hung_up', usage })
  t.match(await calls.complete('CA1', { ...end, usage: more }, 1), { usage }, 'another stream\'s')
  t.match(await calls.complete('CA1', end), { usage }, 'one that knows nothing takes nothing away')
})

eachStores('answers are timed and interruptions counted as turns come, once each', async (t, { stores: { calls }, clock }) => {
  await calls.create(newCall(clock))
  const turns = [{ ...turn(0), latency: { sttMs: 300, firstFrameMs: 644.4 } }, turn(1), { ...turn(2), interrupted: true, latency: { sttMs: 400, firstFrameMs: 1207 } }]
  for (const [n, each] of turns.entries()) await calls.appendTurn('CA1', n, each)
  await calls.appendTurn('CA1', 2, turns[2]!)
  t.match(await calls.complete('CA1', { end_time: new Date(clock.now()) }), { interruptions: 1, reply_times_ms: [640, 1210], latency: { sttMs: 350, firstFrameMs: 926 } })
})

eachStores('a call whose stream was cut is taken up again, a few times', async (t, { stores: { calls }, clock }) => {
  const expiresAt = new Date(clock.now() + 600_000)
  await calls.create(newCall(clock))
  await calls.complete('CA1', { end_time: new Date(clock.now()), end_reason: 'connection_lost' })
  const resumed = await Promise.all([1, 2, 3].map((n) => calls.resume('CA1', sha256(`token${n}`), expiresAt, 2)))
  t.equal(resumed.filter((call) => call !== undefined).length, 2)
  const call = await calls.findBySid('CA1')
  t.equal(call?.status, 'active')
  t.equal(call?.resume_count, 2)
  t.notOk(call !== undefined && ('end_time' in call || 'duration_seconds' in call || 'end_reason' in call))
  await calls.create(withToken(clock, 'token', { call_sid: 'CA2' }))
  await calls.complete('CA2', { end_time: new Date(clock.now()), end_reason: 'caller_hung_up' })
  t.equal(await calls.resume('CA2', sha256('x'), expiresAt, 2), undefined, 'ended otherwise')
  t.equal(await calls.resume('CA9', sha256('x'), expiresAt, 2), undefined, 'unknown')
  await calls.create(newCall(clock, { call_sid: 'CA3' }))
  t.equal((await calls.resume('CA3', sha256('x'), expiresAt, 2))?.resume_count, 1, 'still active: its process died')
  t.equal((await calls.redeemStreamToken('CA3', 'x'))?.call_sid, 'CA3')
})

eachStores('calls are listed for their user, by page and filter', async (t, { stores: { calls }, clock }) => {
  for (let n = 0; n < 7; n++) {
    await calls.create(newCall(clock, { call_sid: `CA${n}`, userId: n === 3 ? 'user2' : 'user1', agent_id: n < 2 ? 'agent2' : 'agent1' }))
    await clock.advance(1000)
  }
  const sids = (page: { items: Array<{ call_sid: string }> }) => page.items.map(({ call_sid: sid }) => sid).join()
  const first = await calls.list('user1', { limit: 4, sort: { field: 'start_time', direction: -1 } })
  t.equal(sids(first), 'CA6,CA5,CA4,CA2')
  await calls.create(newCall(clock, { call_sid: 'CA7' }))
  t.ok(first.nextCursor)
  const second = await calls.list('user1', { limit: 4, sort: { field: 'start_time', direction: -1 }, cursor: String(first.nextCursor) })
  t.equal(sids(second), 'CA1,CA0')
  t.equal(second.nextCursor, undefined)
  t.equal(sids(await calls.list('user1', { filter: { agent_id: 'agent2' } })), 'CA1,CA0')
  t.equal(sids(await calls.list('user1', { filter: { userId: 'user2' } })), '', 'no filter reaches another user')
  const other = await calls.findBySid('CA3')
  t.equal((await calls.find('user2', String(other?._id)))?.call_sid, 'CA3')
  t.equal(await calls.find('user1', String(other?._id)), undefined)
})

eachStores('the end of a stream that another has taken over from does not end the call', async (t, { stores: { calls }, clock }) => {
  await calls.create(withToken(clock, 'token1'))
  const expiresAt = new Date(clock.now() + 60_000)
  const first = { end_time: new Date(clock.now() + 1000), end_reason: 'connection_lost' }
  await calls.resume('CA1', sha256('token2'), expiresAt, 3)
  t.match(await calls.complete('CA1', first, 0), { status: 'active' }, 'the record of the first stream came late')
  t.ok(await calls.redeemStreamToken('CA1', 'token2'), 'and the new token still works')
  t.match(await calls.complete('CA1', first, 1), { status: 'completed' })
  await calls.create(newCall(clock, { call_sid: 'CA2' }))
  t.match(await calls.complete('CA2', first, 0), { status: 'completed' }, 'one stream only')
})

eachStores('a call whose stream never began is ended when its token has run out', async (t, { stores: { calls }, clock }) => {
  await calls.create(withToken(clock, 'token1'))
  await calls.create(withToken(clock, 'token2', { call_sid: 'CA2' }))
  await calls.redeemStreamToken('CA2', 'token2')
  t.equal(await calls.completeUnconnected(new Date(clock.now() + 59_000)), 0, 'it may still begin')
  t.equal(await calls.completeUnconnected(new Date(clock.now() + 61_000)), 1)
  t.match(await calls.findBySid('CA1'), { status: 'completed', end_reason: 'never_connected', duration_seconds: 61 })
  t.match(await calls.findBySid('CA2'), { status: 'active' }, 'the one with a stream goes on')
  t.equal(await calls.redeemStreamToken('CA1', 'token1'), undefined)
})

eachStores('files stand in the record while they are kept', async (t, { stores: { calls }, clock }) => {
  const { call: { _id } } = await calls.create(newCall(clock))
  await calls.addFile('CA1', 'tapes', { part: 1, file: 'a' })
  await calls.addFile('CA1', 'tapes', { part: 2, file: 'b' })
  await calls.addFile('CA1', 'recordings', { part: 1, file: 'c' })
  await calls.setFileBytes('CA1', 'tapes', 'b', 12)
  await calls.setFileBytes('CA1', 'tapes', 'c', 99)
  await calls.setFileBytes('CA9', 'tapes', 'a', 99)
  t.match(await calls.findBySid('CA1'), { tapes: [{ part: 1, file: 'a', bytes: undefined }, { part: 2, file: 'b', bytes: 12 }], recordings: [{ file: 'c', bytes: undefined }] })
  await calls.removeFile(_id, 'tapes', 'a')
  await calls.setFileBytes('CA1', 'tapes', 'a', 99)
  t.strictSame((await calls.findBySid('CA1'))?.tapes, [{ part: 2, file: 'b', bytes: 12 }])
  await calls.create(newCall(clock, { call_sid: 'CA2' }))
  t.same((await calls.findMany([_id, '0'.repeat(24)])).map(({ call_sid: sid }) => sid), ['CA1'])
})

eachStores('old transcripts are emptied a few at a time; an active call and a later turn are left alone', async (t, { stores: { calls }, clock }) => {
  const ended = async (sid: string, endedAtMs: number, userId = 'user1') => {
    await calls.create(newCall(clock, { call_sid: sid, userId }))
    await calls.appendTurn(sid, 0, turn(0))
    await calls.appendTurn(sid, 1, turn(1))
    await calls.complete(sid, { end_time: new Date(endedAtMs) })
  }
  const nowMs = clock.now()
  for (const sid of ['CA1', 'CA2', 'CA3']) await ended(sid, nowMs - 2)
  await ended('CAlate', nowMs)
  await ended('CAother', nowMs - 2, 'user2')
  await calls.create(newCall(clock, { call_sid: 'CAactive' }))
  await calls.appendTurn('CAactive', 0, turn(0))
  t.equal(await calls.emptyTranscripts('user1', new Date(nowMs - 1), 2), 2)
  t.equal(await calls.emptyTranscripts('user1', new Date(nowMs - 1), 2), 1)
  t.equal(await calls.emptyTranscripts('user1', new Date(nowMs - 1), 2), 0)
  t.match(await calls.findBySid('CA2'), { transcript: [], turn_count: 0, status: 'completed' })
  for (const [sid, count] of [['CAlate', 2], ['CAother', 2], ['CAactive', 1]] as const) t.equal((await calls.findBySid(sid))?.turn_count, count, sid)
  await t.rejects(calls.appendTurn('CA2', 2, turn(2)), { code: 'conflict' })
})
