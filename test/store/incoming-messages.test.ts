import { eachStores } from '../support/engines.ts'

const TEXT = { fromNumber: '+14155550100', toNumber: '+14155550123', body: 'Are you open?' }
const LEASE_MS = 1_000

eachStores('a message is answered by one worker at a time, until it is settled', async (t, { stores: { messages }, clock }) => {
  const due = clock.now() + 2_000
  const stored = await Promise.all([1, 2, 3].map(() => messages.receive('ann', { ...TEXT, messageSid: 'SM1' }, due)))
  t.equal(stored.filter(({ created }) => created).length, 1)
  t.equal(await messages.claimUnanswered(LEASE_MS), undefined, 'not before its time')
  await clock.advance(2_000)
  const claims = (await Promise.all([1, 2, 3].map(() => messages.claimUnanswered(LEASE_MS)))).filter((one) => one !== undefined)
  t.match(claims, [{ messageSid: 'SM1', status: 'received', direction: 'incoming', attempts: 1 }])
  const [lost] = claims
  await clock.advance(LEASE_MS)
  const again = await messages.claimUnanswered(LEASE_MS)
  if (again === undefined || lost === undefined) throw new Error('both were claimed')
  t.equal(again.attempts, 2)
  t.notOk(await messages.noteAnswer(lost, { answer: ['late'] }), 'whose lease ran out has nothing to say')
  t.ok(await messages.noteAnswer(again, { answer: ['Yes.', 'Until nine.'] }))
  await messages.postpone(again, clock.now() + 500)
  await clock.advance(500)
  const third = await messages.claimUnanswered(LEASE_MS)
  t.match(third, { answer: ['Yes.', 'Until nine.'] })
  if (third === undefined) return
  await messages.settle(lost, 'late')
  await messages.settle(third, 'loop')
  await clock.advance(LEASE_MS)
  t.equal(await messages.claimUnanswered(LEASE_MS), undefined)
  t.match(await messages.find('ann', third._id), { unanswered: 'loop', updated_at: Date })
})

eachStores('whether the same person has written again', async (t, { stores: { messages }, clock }) => {
  const receive = async (messageSid: string, more = {}) => (await messages.receive('ann', { ...TEXT, ...more, messageSid }, clock.now())).message
  const first = await receive('SM1')
  await receive('SM2', { fromNumber: '+14155550101' })
  await clock.advance(10)
  t.notOk(await messages.hasNewer(first))
  const second = await receive('SM3')
  t.ok(await messages.hasNewer(first))
  t.notOk(await messages.hasNewer(second))
  const claimed = await messages.claimMessage(second._id, LEASE_MS)
  if (claimed !== undefined) await messages.settle(claimed)
  t.notOk(await messages.hasNewer(first), 'one that has its answer does not count')
})
