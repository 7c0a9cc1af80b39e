import { eachStores } from '../support/engines.ts'

const ANSWERED = { stage: 'llm', provider: 'api.example.com', model: 'm', requests: 1 } as const
const MODEL = { stage: 'llm', provider: 'api.example.com', model: 'm' } as const

eachStores('what the answers to texts have used is summed up by model, over a time, for a user, a number and an agent', async (t, { stores: { messages }, clock }) => {
  const receive = async (messageSid: string, userId: string, fromNumber: string, agentId: string, usage: Parameters<typeof messages.noteUsage>[2]) => {
    const { message } = await messages.receive(userId, { messageSid, fromNumber, toNumber: '+14155550123', body: 'Are you open?' }, clock.now())
    await messages.noteUsage(message._id, agentId, usage)
    return message
  }
  const from = new Date(clock.now())
  await receive('SM1', 'ann', '+14155550100', 'a', [{ ...ANSWERED, inputTokens: 100, outputTokens: 10 }])
  const removed = await receive('SM2', 'ann', '+14155550101', 'b', [{ ...ANSWERED, requests: 2, inputTokens: 50 }, { ...ANSWERED, model: 'other' }])
  await receive('SM3', 'bob', '+14155550100', 'c', [ANSWERED])
  await messages.receive('ann', { messageSid: 'SM4', fromNumber: '+14155550100', toNumber: '+14155550123', body: 'Unanswered' }, clock.now())
  await clock.advance(1_000)
  const to = new Date(clock.now())
  await receive('SM5', 'ann', '+14155550100', 'a', [ANSWERED])
  await messages.settle({ ...removed, attempts: 0, answerAtMs: from.getTime() })
  t.ok(await messages.remove('ann', removed._id))
  const sums = async (query: { number?: string, agentId?: string } = {}) => (await messages.usage('ann', { from, to, ...query })).sort((a, b) => a._id.model < b._id.model ? -1 : 1)
  t.same(await sums(), [
    { _id: MODEL, requests: 3, audioSeconds: 0, characters: 0, inputTokens: 150, outputTokens: 10 },
    { _id: { ...MODEL, model: 'other' }, requests: 1, audioSeconds: 0, characters: 0, inputTokens: 0, outputTokens: 0 }
  ], 'a removed text has been paid for')
  t.match(await sums({ agentId: 'a' }), [{ requests: 1 }])
  t.match(await sums({ number: '+14155550101' }), [{ requests: 2 }, { requests: 1 }])
  t.same(await sums({ number: '+14155550199' }), [])
})
