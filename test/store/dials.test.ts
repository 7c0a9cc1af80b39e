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
  t.match(await dials.place(one._id, 'CA1'), { state: 'placed', callSid: 'CA1' })
  t.match(await dials.place(one._id, 'CA2'), { callSid: 'CA1' })
  t.equal(await dials.place(two._id, 'CA1'), undefined)
  t.equal(await dials.fail(one._id, 'late'), undefined, 'what is placed does not fail')
  t.match(await dials.fail(two._id, 'busy'), { state: 'failed', failure: 'busy' })
  t.match(await dials.place(two._id, 'CA3'), { state: 'placed', callSid: 'CA3', failure: undefined }, 'a call that turns up late counts')
})

eachStores('what waits, what counts and what is lost', async (t, { stores: { dials }, clock }) => {
  const make = async (key: string, more = {}) => (await dials.create({ ...DIAL, key, ...more })).dial
  const [a, b, c] = [await make('a'), await make('b'), await make('c', { scheduledCallId: 's' })]
  await dials.ask(b)
  await dials.ask(c)
  await clock.advance(1_000)
  t.equal(await dials.countWaiting('ann', a._id), 2)
  t.equal(await dials.countSince('ann', new Date(clock.now() - 1_000), a._id), 2)
  t.equal(await dials.countSince('ann', new Date(clock.now()), a._id), 0)
  t.match(await dials.lost(new Date(clock.now())), [{ key: 'b' }])
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
  await dials.place(c._id, 'CA1')
  await dials.failOpen('s', 'cancelled')
  t.match(await dials.find('ann', b._id), { state: 'failed', failure: 'cancelled' })
  t.match(await dials.find('ann', c._id), { state: 'placed', callSid: 'CA1' })
})
