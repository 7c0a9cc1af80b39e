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
