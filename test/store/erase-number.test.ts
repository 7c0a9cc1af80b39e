import type { ErasedCall } from '../../src/store/erase-number.ts'
import { eachStores } from '../support/engines.ts'

const CALLER = '+14155550199'
const OTHER = '+14155550198'
const OURS = '+14155550123'
const OUTSIDER = 'another user'

eachStores('a number is erased wherever it stands, and nothing else', async (t, { stores, clock, raw }) => {
  const { calls, messages, threads, dials, scheduledCalls, optOuts, webhookDeliveries, idempotencyKeys, userData } = stores
  const userId = 'user'
  const at = new Date(clock.now())
  const end = async (callSid: string) => await calls.complete(callSid, { end_time: at, end_reason: 'caller_hung_up' })
  const makeCall = async (callSid: string, from: string, to: string, owner = userId) => {
    const { call } = await calls.create({ userId: owner, call_sid: callSid, from_number: from, to_number: to, agent_id: 'a', session_id: 's', start_time: at, system_prompt: 'Ask for Ann.' })
    await calls.appendTurn(callSid, 0, { role: 'user', text: 'I am Ann.', timestamp: at, latency: { firstFrameMs: 640 } })
    return call
  }
  const incoming = await makeCall('CA1', CALLER, OURS)
  await calls.addFile('CA1', 'recordings', { part: 1, file: 'x-1.wav' })
  await makeCall('CA2', OURS, CALLER)
  await makeCall('CA3', OTHER, OURS)
  await makeCall('CA4', CALLER, OURS, OUTSIDER)
  await makeCall('CA5', CALLER, OURS)
  for (const callSid of ['CA1', 'CA2', 'CA3', 'CA4']) await end(callSid)

  await messages.receive(userId, { messageSid: 'SM1', fromNumber: CALLER, toNumber: OURS, body: 'It is Ann.', media: [{ contentType: 'image/png', url: 'https://example.com/ann' }] }, clock.now())
  await messages.queue(userId, { fromNumber: OURS, toNumber: CALLER, body: 'Hello Ann.' }, 1_000, 'once')
  await messages.create(userId, { messageSid: 'SM3', fromNumber: OTHER, toNumber: OURS, body: 'It is Bob.' })
  await threads.change(userId, OURS, CALLER, { smsReplies: false })
  await threads.change(userId, OURS, OTHER, { smsReplies: false })
  const both = await scheduledCalls.create(userId, { callType: 'normal', fromPhoneNumberId: 'p', toPhoneNumbers: [CALLER, OTHER], scheduledDateTime: at, promptContent: 'Hello.' })
  const leased = await scheduledCalls.claimDue(1_000)
  const alone = await scheduledCalls.create(userId, { callType: 'normal', fromPhoneNumberId: 'p', toPhoneNumbers: [CALLER], scheduledDateTime: at, promptContent: 'Hello.' })
  const { dial } = await dials.create({ userId, key: `schedule ${both._id} ${CALLER}`, callType: 'ai', fromPhoneNumberId: 'p', fromNumber: OURS, toNumber: CALLER, promptContent: 'Ask for Ann.' })
  await optOuts.create(userId, { phoneNumber: CALLER, channel: 'calls' })
  await webhookDeliveries.enqueue({ userId, webhookId: 'w', eventId: 'e1', type: 'call.turn', subjectId: incoming._id, sequence: 1, body: '{"text":"I am Ann."}' })
  await webhookDeliveries.enqueue({ userId, webhookId: 'w', eventId: 'e2', type: 'schedule.finished', subjectId: both._id, sequence: 0, body: JSON.stringify({ toPhoneNumbers: [CALLER, OTHER] }) })
  await webhookDeliveries.enqueue({ userId, webhookId: 'w', eventId: 'e3', type: 'call.turn', subjectId: 'x', sequence: 0, body: JSON.stringify({ number: `${CALLER}0` }) })
  const claim = await idempotencyKeys.claim(userId, 'k', 'f')
  if (claim.state === 'claimed') await idempotencyKeys.answer(claim.record._id, 201, JSON.stringify({ success: true, message: { toNumber: CALLER, body: 'Hello Ann.' } }))

  const removed: ErasedCall[] = []
  const erase = async () => await userData.eraseNumber(userId, CALLER, async (call) => { removed.push(call) })
  t.same(await erase(), { calls: 2, messages: 2, threads: 1, dials: 1, scheduledCalls: 2, webhookDeliveries: 2 })
  t.match(removed.find(({ _id }) => _id === incoming._id)?.recordings, [{ file: 'x-1.wav' }], 'the files are named before the record forgets them')

  const all = await Promise.all(['calls', 'messages', 'message_threads', 'dials', 'scheduled_calls', 'webhook_deliveries', 'idempotency_keys'].map(async (name) => (await raw(name)).filter((document) => JSON.stringify(document).includes('"userId":"user"'))))
  const left = JSON.stringify(all.flat().filter((document) => !JSON.stringify(document).match(/"CA3"|"CA5"|"e3"/)))
  t.notMatch(left, /\+14155550199|Ann|example\.com\/ann|x-1\.wav/)
  t.match(left, /It is Bob/)

  const marker = (await calls.findBySid('CA1'))?.from_number ?? ''
  t.match(marker, /^erased_[0-9a-f]{24}$/)
  t.match(await calls.findBySid('CA2'), { from_number: OURS, to_number: marker, transcript: [], turn_count: 0, reply_times_ms: [640] }, 'what its statistics are made of stays')
  t.match(await calls.findBySid('CA3'), { from_number: OTHER, transcript: [{ text: 'I am Ann.' }] })
  t.match(await calls.findBySid('CA4'), { from_number: CALLER, turn_count: 1 }, 'another user\'s call stays')
  t.match(await calls.findBySid('CA5'), { from_number: CALLER, turn_count: 1 }, 'a live call is left alone')
  t.match((await messages.list(userId, { filter: { toNumber: marker } })).items, [{ body: '', status: 'failed' }], 'a waiting text does not go out')
  t.equal(await messages.claimUnanswered(1_000), undefined, 'nor is one answered')
  await clock.advance(10_000)
  t.equal(await messages.claimUnsent(1_000), undefined)
  t.same(await threads.get(userId, OURS, OTHER), { smsReplies: false })
  t.same((await scheduledCalls.find(userId, both._id))?.toPhoneNumbers, [OTHER])
  t.equal(await scheduledCalls.find(userId, alone._id), undefined, 'a schedule without a number is none')
  if (leased !== undefined) await scheduledCalls.release(leased, { results: [{ phoneNumber: CALLER, outcome: 'busy' }] }, 1)
  t.equal((await scheduledCalls.find(userId, both._id))?.results, undefined, 'who worked on it cannot put the number back')
  t.match(await dials.find(userId, dial._id), { state: 'failed', toNumber: marker, key: `schedule ${both._id} ${marker}` })
  t.ok(await optOuts.has(userId, 'calls', CALLER), 'an opt-out is kept, and heeded')
  t.match(await idempotencyKeys.claim(userId, 'k', 'f'), { state: 'answered', status: 409 }, 'the key does its work no second time')

  t.same(await erase(), { calls: 0, messages: 0, threads: 0, dials: 0, scheduledCalls: 0, webhookDeliveries: 0 }, 'again: nothing is left')
  await end('CA5')
  t.equal((await erase()).calls, 1)
})

eachStores('what was broken off is finished by the next time', async (t, { stores, clock, raw }) => {
  const at = new Date(clock.now())
  await stores.calls.create({ userId: 'user', call_sid: 'CA1', from_number: CALLER, to_number: OURS, agent_id: 'a', session_id: 's', start_time: at })
  await stores.calls.appendTurn('CA1', 0, { role: 'user', text: 'I am Ann.', timestamp: at })
  await stores.calls.complete('CA1', { end_time: at })
  await t.rejects(stores.userData.eraseNumber('user', CALLER, async () => { throw new Error('disk') }), { message: 'disk' })
  t.match(await raw('calls'), [{ from_number: CALLER }], 'still found by its number')
  t.equal((await stores.userData.eraseNumber('user', CALLER, async () => {})).calls, 1)
  t.notMatch(JSON.stringify(await raw('calls')), /Ann|\+14155550199/)
})
