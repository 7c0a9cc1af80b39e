import { DEFAULT_RETENTION } from '../../src/store/retention.ts'
import { eachStores } from '../support/engines.ts'

eachStores('retention is the default until it is changed, and each user\'s own', async (t, { stores: { retention } }) => {
  t.same(await retention.get('ann'), DEFAULT_RETENTION)
  t.same(await retention.change('ann', { tapeDays: null }), { ...DEFAULT_RETENTION, tapeDays: null })
  t.same(await retention.change('ann', { transcriptDays: 7 }), { ...DEFAULT_RETENTION, tapeDays: null, transcriptDays: 7 })
  t.same(await retention.get('ann'), { ...DEFAULT_RETENTION, tapeDays: null, transcriptDays: 7 })
  t.same(await retention.get('bob'), DEFAULT_RETENTION)
})

eachStores('the users who do not keep transcripts for ever are listed in steps', async (t, { stores: { retention } }) => {
  for (const [user, transcriptDays] of [['a', 1], ['b', null], ['c', 30], ['d', 2]] as const) await retention.change(user, { transcriptDays })
  t.same(await retention.listWithTranscriptDays(2), [{ userId: 'a', transcriptDays: 1 }, { userId: 'c', transcriptDays: 30 }])
  t.same(await retention.listWithTranscriptDays(2, 'c'), [{ userId: 'd', transcriptDays: 2 }])
  t.same(await retention.listWithTranscriptDays(2, 'd'), [])
})
