import { eachStores } from '../support/engines.ts'

eachStores('a message is stored once, however often its webhook comes', async (t, { stores: { messages }, clock }) => {
  const fields = { messageSid: 'SM1', fromNumber: '+14155550100', toNumber: '+14155550123', body: 'Hi' }
  const made = await Promise.all([1, 2, 3].map((n) => messages.create('user1', { ...fields, body: `Hi ${n}` })))
  t.equal(made.filter(({ created }) => created).length, 1)
  t.equal(new Set(made.map(({ message }) => message.body)).size, 1)
  await clock.advance(1_000)
  const second = await messages.create('user1', { ...fields, messageSid: 'SM2', agentId: 'agent1' })
  t.strictSame((await messages.list('user1')).items.map(({ messageSid }) => messageSid), ['SM2', 'SM1'])
  t.strictSame(await messages.find('user1', second.message._id), second.message)
  t.equal(await messages.find('user2', second.message._id), undefined)
  t.same((await messages.list('user2')).items, [])
})

eachStores('threads tell when somebody last wrote; the latest of one pair of numbers', async (t, { stores: { messages }, clock }) => {
  const [ours, theirs] = ['+14155550123', '+14155550100']
  const { message: first } = await messages.receive('user1', { messageSid: 'SM1', fromNumber: theirs, toNumber: ours, body: '1' }, clock.now())
  await clock.advance(1_000)
  await messages.queue('user1', { fromNumber: ours, toNumber: theirs, body: '2' }, 1_000)
  await messages.queue('user1', { fromNumber: ours, toNumber: '+14155550101', body: '3' }, 1_000)
  const { items } = await messages.threads('user1')
  const thread = items.find(({ count }) => count === 2)
  t.same(thread?.lastIncomingAt, first.created_at)
  t.notOk('sendAtMs' in (thread?.lastMessage ?? {}))
  t.equal(items.find(({ count }) => count === 1)?.lastIncomingAt, undefined)
  t.same((await messages.latest('user1', ours, theirs, new Date(0), 5)).map(({ body }) => body), ['2', '1'])
  t.same((await messages.latest('user1', theirs, ours, new Date(clock.now()), 5)).map(({ body }) => body), ['2'])
  t.same((await messages.latest('user1', ours, theirs, new Date(0), 1)).map(({ body }) => body), ['2'])
  t.same(await messages.latest('user2', ours, theirs, new Date(0), 5), [])
})
