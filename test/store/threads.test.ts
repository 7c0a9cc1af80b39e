import { eachStores } from '../support/engines.ts'

const [OURS, THEIRS] = ['+14155550123', '+14155550100']

eachStores('a thread is the same from both ends, and each user\'s own', async (t, { stores: { threads } }) => {
  t.same(await threads.get('ann', OURS, THEIRS), {})
  const readAt = new Date(5)
  await Promise.all([threads.change('ann', OURS, THEIRS, { smsReplies: false }), threads.change('ann', THEIRS, OURS, { readAt })])
  t.same(await threads.get('ann', THEIRS, OURS), { smsReplies: false, readAt })
  t.same(await threads.getAll('ann', [['+1', OURS], [THEIRS, OURS]]), [{}, { smsReplies: false, readAt }])
  t.same(await threads.change('ann', OURS, THEIRS, { smsReplies: true }), { smsReplies: true, readAt })
  t.same(await threads.get('bob', OURS, THEIRS), {})
})
