import { eachStores } from '../support/engines.ts'

eachStores('a number opts out of a channel of a user, until it is taken off the list', async (t, { stores: { optOuts } }) => {
  const phoneNumber = '+14155550100'
  const { _id } = await optOuts.create('ann', { phoneNumber, channel: 'calls' })
  t.ok(await optOuts.has('ann', 'calls', phoneNumber))
  t.notOk(await optOuts.has('ann', 'messages', phoneNumber))
  t.notOk(await optOuts.has('bob', 'calls', phoneNumber))
  await t.rejects(optOuts.create('ann', { phoneNumber, channel: 'calls' }), { code: 'duplicate' })
  await optOuts.remove('ann', _id)
  t.notOk(await optOuts.has('ann', 'calls', phoneNumber))
  await optOuts.create('ann', { phoneNumber, channel: 'calls' })
})
