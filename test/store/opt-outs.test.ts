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

eachStores('a number stops one number\'s messages, and starts them again, however often', async (t, { stores: { optOuts } }) => {
  const [theirs, ours] = ['+14155550100', '+14155550123']
  await Promise.all([1, 2].map(() => optOuts.stopMessages('ann', theirs, ours, 'STOP')))
  t.ok(await optOuts.has('ann', 'messages', theirs, ours))
  t.notOk(await optOuts.has('ann', 'messages', theirs, '+14155550124'))
  t.notOk(await optOuts.has('bob', 'messages', theirs, ours))
  await Promise.all([1, 2].map(() => optOuts.startMessages('ann', theirs, ours)))
  t.notOk(await optOuts.has('ann', 'messages', theirs, ours))
  await optOuts.create('ann', { phoneNumber: theirs, channel: 'messages' })
  t.ok(await optOuts.has('ann', 'messages', theirs, ours), 'one without a number of ours is from all of them')
})
