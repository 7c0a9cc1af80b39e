import { eachStores } from '../support/engines.ts'

const DIAL = { userId: 'ann', key: 'k', callType: 'ai', fromPhoneNumberId: 'p', fromNumber: '+14155550123', toNumber: '+14155550100' } as const

eachStores('a key makes one dial, and one asker has the right to ask', async (t, { stores: { dials } }) => {
  const made = await Promise.all([1, 2, 3].map(async () => await dials.create(DIAL)))
  t.equal(made.filter(({ created }) => created).length, 1)
  t.equal(new Set(made.map(({ dial }) => dial._id)).size, 1)
  const { dial } = await dials.create(DIAL)
  const asked = (await Promise.all([1, 2, 3].map(() => dials.ask(dial)))).filter((asking) => asking !== undefined)
  t.equal(asked.length, 1)
  const [asking] = asked
  if (asking === undefined) return
  await dials.unask(asking)
  t.match(await dials.find('ann', dial._id), { state: 'intended', askedAt: undefined })
  t.match(await dials.ask(dial), { state: 'asking' })
  t.equal(await dials.find('bob', dial._id), undefined)
})

eachStores('a dial has one call, and a call one dial', async (t, { stores: { dials } }) => {
  const { dial: one } = await dials.create(DIAL)
  const { dial: two } = await dials.create({ ...DIAL, key: 'l' })
  await dials.placed(one._id)
  t.match(await dials.find('ann', one._id), { state: 'intended' }, 'not without a call')
  t.match(await dials.bind(one._id, 'CA1'), { state: 'asking', callSid: 'CA1' })
  t.match(await dials.bind(one._id, 'CA2'), { callSid: 'CA1' })
  t.equal(await dials.fail(one._id, 'late'), undefined, 'nor does it fail, with one')
  t.equal(await dials.bind(two._id, 'CA1'), undefined)
  await dials.placed(one._id)
  t.match(await dials.bind(one._id, 'CA1'), { state: 'placed', callSid: 'CA1' })
  t.equal(await dials.fail(one._id, 'late'), undefined, 'what is placed does not fail')
  t.match(await dials.fail(two._id, 'busy'), { state: 'failed', failure: 'busy' })
  t.match(await dials.bind(two._id, 'CA3'), { callSid: 'CA3', failure: undefined }, 'a call that turns up late counts')
})

eachStores('what waits, what counts and what is lost', async (t, { stores: { dials }, clock }) => {
  const make = async (key: string, more = {}) => (await dials.create({ ...DIAL, key, ...more })).dial
  const a = await make('a')
  await clock.advance(1)
  const b = await make('b')
  const c = await make('c', { scheduledCallId: 's' })
  const asking = await dials.ask(b)
  await clock.advance(1_000)
  const d = await make('d')
  await make('bob', { userId: 'bob' })
  t.same([await dials.waitingBefore(a), (await dials.waitingBefore(b)).filter((id) => id !== c._id), (await dials.waitingBefore(d)).sort()], [[b._id], [a._id], [a._id, b._id, c._id].sort()], 'who is asked for, and who is older')
  t.same(await dials.waitingBefore(asking ?? b), [], 'once it is asked for, older ones do not come first')
  const since = (ms: number) => new Date(clock.now() - ms)
  t.same([await dials.countBefore(a, since(1_001)), await dials.countBefore(d, since(1_001)), await dials.countBefore(d, since(0))], [1, 3, 0])
  await dials.fail(a._id, 'busy')
  t.equal(await dials.countBefore(d, since(1_001)), 2)
  t.match(await dials.lost(since(0)), [{ key: 'b' }])
  await clock.advance(1)
  t.match((await dials.lost(since(0))).map(({ key }) => key).sort(), ['b', 'bob', 'd'])
  t.match(await dials.ofSchedule('s'), [{ key: 'c' }])
})

eachStores('what is taken back never was; a cancelled schedule leaves nothing open', async (t, { stores: { dials } }) => {
  const make = async (key: string) => (await dials.create({ ...DIAL, key, scheduledCallId: 's' })).dial
  const [a, b, c] = [await make('a'), await make('b'), await make('c')]
  await dials.ask(b)
  await dials.withdraw(b)
  t.match(await dials.find('ann', b._id), { state: 'asking' }, 'Twilio may have been asked')
  await dials.withdraw(a)
  t.equal(await dials.find('ann', a._id), undefined)
  await dials.bind(c._id, 'CA1')
  await dials.failOpen('s', 'cancelled')
  t.match(await dials.find('ann', b._id), { state: 'failed', failure: 'cancelled' })
  t.match(await dials.find('ann', c._id), { state: 'asking', callSid: 'CA1' })
})
