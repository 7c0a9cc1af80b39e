import { eachStores } from '../support/engines.ts'

const QUOTA = { callsPerDay: 3, minutesPerDay: 60, concurrentCalls: 2, minutesPerCall: 10 }
const KEY = { agentId: 'agent', name: 'site', origins: ['https://a.example', 'https://b.example'], quota: QUOTA, isActive: true }
const DAY_MS = 86_400_000

eachStores('a key is found by its text and its sites, while it is active', async (t, { stores: { publishableKeys } }) => {
  const made = await publishableKeys.create('ann', KEY)
  t.match(made.key, /^pk_[\w-]{24}$/)
  t.match(await publishableKeys.findByKey(made.key), { _id: made._id, userId: 'ann' })
  t.equal(await publishableKeys.findByKey('pk_other'), undefined)
  t.ok(await publishableKeys.knowsOrigin('https://b.example'))
  t.notOk(await publishableKeys.knowsOrigin('https://b.example.evil'))
  await publishableKeys.update('ann', made._id, { isActive: false })
  t.equal(await publishableKeys.findByKey(made.key), undefined)
  t.notOk(await publishableKeys.knowsOrigin('https://b.example'))
  t.equal(await publishableKeys.begin(made._id, 'x', async () => undefined), undefined)
})

eachStores('requests that come together never get more calls than the quota has', async (t, { stores: { publishableKeys, calls }, clock }) => {
  const { _id } = await publishableKeys.create('ann', KEY)
  const store = (callSid: string) => calls.create({ userId: 'ann', call_sid: callSid, from_number: 'browser', to_number: '+1', agent_id: 'agent', session_id: 's', start_time: new Date(clock.now()), channel: 'widget' })
  const begin = (callSid: string) => publishableKeys.begin(_id, callSid, calls.findBySid)
  const together = await Promise.all(Array.from({ length: 8 }, (_, n) => begin(`call ${n}`)))
  t.equal(together.filter((answer) => answer !== undefined && 'seconds' in answer).length, 2)
  t.equal(together.filter((answer) => answer !== undefined && 'refusal' in answer && answer.refusal === 'concurrentCalls').length, 6)
  const { usage } = (await publishableKeys.find('ann', _id))!
  t.match(usage, { calls: 2, running: [{ seconds: 600 }, { seconds: 600 }] })

  const [first, second] = usage.running.map(({ call_sid: callSid }) => callSid)
  await store(String(first))
  await publishableKeys.cancel(_id, String(second))
  t.match((await publishableKeys.find('ann', _id))!.usage, { calls: 1, running: [{ call_sid: first }] }, 'a call that could not be made does not count')
  t.same(await begin('third'), { seconds: 600 })
  await store('third')
  await clock.advance(90_000)
  await calls.complete(String(first), { end_time: new Date(clock.now()) })
  t.same(await begin('fourth'), { seconds: 600 }, 'what has ended makes room')
  t.match((await publishableKeys.find('ann', _id))!.usage, { calls: 3, seconds: 90 })
  t.same(await begin('fifth'), { refusal: 'callsPerDay' })
  await clock.advance(DAY_MS)
  t.same(await begin('tomorrow'), { seconds: 600 }, 'a new day; the one that was never stored is forgotten')
})

eachStores('minutes count as they may be used, and then as they were', async (t, { stores: { publishableKeys, calls }, clock }) => {
  const { _id } = await publishableKeys.create('ann', { ...KEY, quota: { callsPerDay: 100, minutesPerDay: 15, concurrentCalls: 10, minutesPerCall: 10 } })
  const begin = (callSid: string) => publishableKeys.begin(_id, callSid, calls.findBySid)
  t.same(await begin('one'), { seconds: 600 })
  t.same(await begin('two'), { refusal: 'minutesPerDay' })
  await calls.create({ userId: 'ann', call_sid: 'one', from_number: 'browser', to_number: '+1', agent_id: 'agent', session_id: 's', start_time: new Date(clock.now()), channel: 'widget' })
  await clock.advance(60_000)
  await calls.complete('one', { end_time: new Date(clock.now()) })
  t.same(await begin('two'), { seconds: 600 })
})
