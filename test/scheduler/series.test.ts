import { continueSeries } from '../../src/scheduler/series.ts'
import { eachStores } from '../support/engines.ts'

const DAY_MS = 86_400_000

eachStores('what follows an occurrence is stored once, however often and by whomever', async (t, { stores, clock }) => {
  const start = new Date(clock.now())
  const recurrence = { rule: 'FREQ=DAILY;COUNT=5', timeZone: 'UTC', startsAt: start }
  const seriesId = '5'.repeat(24)
  const fields = { callType: 'normal' as const, fromPhoneNumberId: 'p', toPhoneNumbers: ['+14155550100'], scheduledDateTime: start, recurrence, seriesId, occurrenceAt: start, promptContent: 'Hello.' }
  const first = await stores.scheduledCalls.create('ann', fields, seriesId)
  const pending = async () => (await stores.scheduledCalls.list('ann', { filter: { seriesId }, sort: { field: 'scheduledDateTime', direction: 1 } })).items
  const follow = async (schedule = first) => await continueSeries({ stores, clock }, schedule)
  await Promise.all([follow(), follow(), follow()])
  t.match(await pending(), [{ _id: seriesId }, { status: 'pending', promptContent: 'Hello.', occurrenceAt: new Date(clock.now() + DAY_MS), scheduledDateTime: new Date(clock.now() + DAY_MS) }])
  const [, second] = await pending()
  if (second === undefined) return
  await stores.scheduledCalls.remove('ann', second._id)
  await follow()
  t.equal((await pending()).length, 1, 'one that was cancelled does not come back')

  await clock.advance(2.5 * DAY_MS)
  await follow(second)
  t.match((await pending()).at(-1), { occurrenceAt: new Date(start.getTime() + 3 * DAY_MS) }, 'what was missed is left out')
  await clock.advance(3 * DAY_MS)
  await follow(second)
  t.equal((await pending()).length, 2, 'the fifth was the last')

  t.equal((await stores.scheduledCalls.endSeries('ann', seriesId)).length, 2)
  await stores.scheduledCalls.addOccurrence(second, new Date(clock.now() + DAY_MS))
  t.same(await pending(), [], 'a worker that comes late adds nothing')
  t.same(await stores.scheduledCalls.endSeries('bob', seriesId), [])
})
