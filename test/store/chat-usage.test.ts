import { eachStores } from '../support/engines.ts'

const USED = { stage: 'llm', provider: 'api.example.com', model: 'm', requests: 1, inputTokens: 10 } as const

eachStores('what chats have used is summed up over a time, for a user and an agent', async (t, { stores: { chatUsage }, clock }) => {
  const from = new Date(clock.now())
  await chatUsage.add('ann', 'a', [{ ...USED, outputTokens: 3 }])
  await chatUsage.add('ann', 'b', [USED, { ...USED, model: 'other' }])
  await chatUsage.add('bob', 'a', [USED])
  await clock.advance(1_000)
  const to = new Date(clock.now())
  await chatUsage.add('ann', 'a', [USED])
  const sums = async (query: { agentId?: string } = {}) => (await chatUsage.sums('ann', { from, to, ...query })).sort((a, b) => a._id.model < b._id.model ? -1 : 1)
  t.match(await sums(), [{ _id: { model: 'm' }, requests: 2, inputTokens: 20, outputTokens: 3 }, { _id: { model: 'other' }, requests: 1 }])
  t.match(await sums({ agentId: 'a' }), [{ requests: 1, outputTokens: 3 }])
  t.same(await sums({ agentId: 'c' }), [])
})
