import { test } from 'tap'
import { buildApi } from '../support/api.ts'

test('retention is read and set as a whole, and each user\'s own', async (t) => {
  const api = await buildApi(t)
  const [ann, bob] = [await api.user('ann'), await api.user('bob')]
  const url = '/api/retention'
  const retention = { transcriptDays: 365, tapeDays: null, recordingDays: 1 }
  t.same((await ann.send('GET', url)).body, { success: true, retention: { transcriptDays: null, tapeDays: 30, recordingDays: 90 } })
  t.same((await ann.send('PUT', url, retention)).body, { success: true, retention })
  t.same((await ann.send('GET', url)).body.retention, retention)
  t.equal((await bob.send('GET', url)).body.retention.recordingDays, 90)
  for (const [change, field] of [[{ tapeDays: 0 }, 'tapeDays'], [{ tapeDays: 1.5 }, 'tapeDays'], [{ userId: 'x' }, 'userId'], [{ recordingDays: undefined }, 'recordingDays']] as const) {
    t.match(await ann.send('PUT', url, { ...retention, ...change }), { status: 400, body: { error: { field } } })
  }
})
