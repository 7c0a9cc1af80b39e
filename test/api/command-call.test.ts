import { test, type Test } from 'tap'
import { runVirtually } from '../../src/replay/virtual-time.ts'
import { callCommandRounds, type CallCommand } from '../../src/twilio/call-commands.ts'
import { LiveCalls } from '../../src/twilio/live-calls.ts'
import { buildApi, PHONE } from '../support/api.ts'
import { eachEngine } from '../support/engines.ts'
import type { NewCall } from '../../src/store/calls.ts'
import type { Database } from '../../src/store/collection.ts'

/** A live call on another process, as far as the API can tell, and what that process was asked to do. */
const world = async (t: Test, database?: Database, taken = true, given: Partial<NewCall> = {}) => {
  const api = await buildApi(t, {}, database, { holdTime: true })
  const ann = await api.user('ann')
  const { call } = await api.stores.calls.create({ userId: ann.userId, call_sid: 'CA1', from_number: '+14155550199', to_number: PHONE.phoneNumber, agent_id: 'a', session_id: 's', start_time: new Date(api.clock.now()), ...given })
  const liveCalls = new LiveCalls({ clock: api.clock, maxCalls: 10 })
  const obeyed: CallCommand[] = []
  /** The last words, said while the call was being ended. */
  const close = async (reason: string) => {
    await api.stores.calls.appendTurn('CA1', 0, { role: 'assistant', text: 'Good', timestamp: new Date(api.clock.now()) })
    await api.stores.calls.complete('CA1', { end_time: new Date(api.clock.now()), end_reason: reason, usage: [{ stage: 'stt', provider: 'p', model: 'm', requests: 1 }] })
  }
  liveCalls.add({ callSid: 'CA1', command: (command) => { obeyed.push(command); return taken }, close })
  const worker = callCommandRounds({ clock: api.clock, stores: api.stores, liveCalls, log: api.app.log })
  t.teardown(() => worker.stop())
  const post = async (path: string, body: object, name = 'ann') => {
    const answer = await runVirtually(api.clock, api.app.inject({ method: 'POST', url: `/api/calls/${call._id}/${path}`, headers: { authorization: `Bearer secret_of_${name}` }, body }), 60_000)
    return { status: answer.statusCode, body: answer.json() }
  }
  return { api, call, worker, obeyed, post }
}

eachEngine('a call on another process is whispered to and transferred', async (t, database) => {
  const { worker, obeyed, post } = await world(t, database)
  worker.start()
  t.match(await post('whisper', { text: 'Offer a discount.' }), { status: 200, body: { success: true } })
  t.match(await post('transfer', { to: '+14155550177', announcement: 'One moment.' }), { status: 200 })
  t.match(await post('transfer', { to: '+14155550177' }), { status: 200 })
  t.same(obeyed, [{ type: 'whisper', text: 'Offer a discount.' }, { type: 'transfer', to: '+14155550177', announcement: 'One moment.' }, { type: 'transfer', to: '+14155550177' }])
})

test('what nobody takes is refused, and not carried out later', async (t) => {
  const { worker, obeyed, post } = await world(t)
  t.match(await post('whisper', { text: 'Hello?' }), { status: 409, body: { error: { code: 'conflict' } } })
  worker.start()
  const { post: refused } = await world(t, undefined, false)
  t.match(await refused('whisper', { text: 'Hello?' }), { status: 409 })
  t.match(await post('whisper', { text: 'Now.' }), { status: 200 })
  t.same(obeyed, [{ type: 'whisper', text: 'Now.' }])
})

test('only one\'s own live call, and only to numbers that may be called', async (t) => {
  const { api, call, worker, obeyed, post } = await world(t)
  worker.start()
  await api.user('bob')
  t.match(await post('whisper', { text: 'x' }, 'bob'), { status: 404 })
  await api.stores.optOuts.create(call.userId, { phoneNumber: '+14155550166', channel: 'calls' })
  for (const [to, status] of [['123', 400], ['+19005551234', 403], ['+442071838750', 403], ['+14155550166', 403]] as const) {
    t.match(await post('transfer', { to }), { status, body: { error: { field: 'to' } } }, to)
  }
  t.match(await post('whisper', { text: '' }), { status: 400, body: { error: { field: 'text' } } })
  await api.stores.calls.complete('CA1', { end_time: new Date(api.clock.now()) })
  t.match(await post('whisper', { text: 'x' }), { status: 409 })
  t.match(await post('transfer', { to: '+14155550177' }), { status: 409 })
  t.same(obeyed, [])
})

eachEngine('a browser\'s call on another process is ended there, and its record is complete when that is told', async (t, database) => {
  const { api, call, worker, post } = await world(t, database, true, { channel: 'browser' })
  worker.start()
  t.match(await post('end', {}), { status: 200, body: { call: { status: 'completed', end_reason: 'ended_by_user', transcript: [{ text: 'Good' }], usage: [{ requests: 1 }] } } })
  const endedAt = (await api.stores.calls.find(call.userId, call._id))?.end_time
  t.match(await post('end', {}), { status: 200, body: { call: { end_time: endedAt?.toISOString() } } }, 'and stays as it is')
})

test('a browser\'s call whose process has died, or that has not begun, is over too', async (t) => {
  const dead = await world(t, undefined, true, { channel: 'widget' })
  t.match(await dead.post('end', {}), { status: 200, body: { call: { status: 'completed', end_reason: 'ended_by_user', transcript: [] } } })

  const { api, worker, post } = await world(t, undefined, true, { channel: 'browser', stream_token_hash: 'hash', stream_token_expires_at: new Date(60_000) })
  const before = api.clock.now()
  t.match(await post('end', {}), { status: 200, body: { call: { status: 'completed', transcript: [] } } })
  t.ok(api.clock.now() - before < 1000, 'nobody is waited for')
  worker.start()
  await api.clock.advance(3000)
  t.equal((await api.stores.calls.findBySid('CA1'))?.transcript.length, 1, 'should it have begun in between, it is ended there')
})
