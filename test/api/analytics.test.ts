import { test } from 'tap'
import { buildApi, PHONE } from '../support/api.ts'

const at = (time: string) => new Date(time)

test('totals, days, hours and agents, by the caller\'s clock', async (t) => {
  const { stores, user } = await buildApi(t)
  const ann = await user('ann')
  const { body: { phone } } = await ann.send('POST', '/api/phones', PHONE)
  const add = async (n: number, start: string, seconds: number, reason: string, agentId: string, to = PHONE.phoneNumber) => {
    const callSid = `CA${n}`
    await stores.calls.create({ userId: ann.userId, call_sid: callSid, from_number: '+14155550100', to_number: to, agent_id: agentId, session_id: 's', start_time: at(start) })
    await stores.calls.appendTurn(callSid, 0, { role: 'assistant', text: 'Yes?', timestamp: at(start), interrupted: n === 1, latency: { firstFrameMs: 500 + 100 * n } })
    await stores.calls.complete(callSid, { end_time: new Date(at(start).getTime() + seconds * 1000), end_reason: reason, usage: [{ stage: 'tts', provider: 'api.example.com', model: 'v', requests: 1, characters: 4, audioSeconds: 0.1 }] })
  }
  await add(1, '2026-01-31T22:30:00Z', 4, 'caller_hung_up', 'a')
  await add(2, '2026-01-31T23:30:00Z', 60, 'agent_ended', 'a')
  await add(3, '2026-02-01T22:59:00Z', 30, 'connection_lost', 'b', '+14155550177')
  const ask = async (query: string) => (await ann.send('GET', `/api/analytics?from=2026-01-31T12:00:00Z&to=2026-02-02T00:00:00%2B01:00${query}`)).body
  const { analytics } = await ask('&timeZone=Europe/Berlin')
  t.same(analytics.totals, {
    calls: 3,
    talkSeconds: 94,
    averageDurationSeconds: 31.333,
    averageReplyMs: 700,
    interruptions: 1,
    hangUpsInFirst10Seconds: 1,
    errors: 1,
    durationPercentiles: { p50: 30, p90: 60, p99: 60 },
    replyLatencyMs: { p50: 700, p90: 800, p95: 800, p99: 800 },
    byOutcome: [{ outcome: 'agent_ended', calls: 1 }, { outcome: 'caller_hung_up', calls: 1 }, { outcome: 'connection_lost', calls: 1 }],
    usage: [{ stage: 'tts', provider: 'api.example.com', model: 'v', requests: 3, audioSeconds: 0.3, characters: 12, inputTokens: 0, outputTokens: 0 }]
  })
  await stores.messages.receive(ann.userId, { messageSid: 'SM1', fromNumber: '+14155550100', toNumber: PHONE.phoneNumber, body: 'Hi' }, 0)
  const [text] = (await stores.messages.list(ann.userId)).items
  await stores.messages.noteUsage(text?._id ?? '', 'b', [{ stage: 'llm', provider: 'api.example.com', model: 'm', requests: 2, inputTokens: 100, outputTokens: 10 }, { stage: 'tts', provider: 'api.example.com', model: 'v', requests: 1 }])
  const used = async (query: string) => (await ann.send('GET', `/api/analytics?from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z${query}`)).body.analytics.totals.usage.map(({ stage, requests, inputTokens }: { stage: string, requests: number, inputTokens: number }) => [stage, requests, inputTokens])
  t.same(await used(''), [['llm', 2, 100], ['tts', 4, 0]], 'texts count beside calls')
  t.same(await used('&agentId=a'), [['tts', 2, 0]])
  t.same(await used('&agentId=b'), [['llm', 2, 100], ['tts', 2, 0]])
  t.same(await used('&number=%2B14155550177'), [['tts', 1, 0]])
  t.match(analytics.byDay, [{ day: '2026-01-31', calls: 1 }, { day: '2026-02-01', calls: 2 }])
  t.match((await ask('')).analytics.byDay, [{ day: '2026-01-31', calls: 2 }, { day: '2026-02-01', calls: 1 }], 'UTC, unless told')
  t.equal(analytics.byHour.length, 24)
  t.match([analytics.byHour[0], analytics.byHour[23]], [{ hour: 0, calls: 1 }, { hour: 23, calls: 2 }])
  t.match(analytics.byAgent, [{ agentId: 'a', calls: 2, talkSeconds: 64 }, { agentId: 'b', calls: 1, errors: 1 }])
  t.equal((await ask('&agentId=b')).analytics.totals.calls, 1)
  t.equal((await ask(`&phoneNumberId=${phone._id}`)).analytics.totals.calls, 2)
  t.equal((await ask('&number=%2B14155550177')).analytics.totals.calls, 1)
  const bob = await user('bob')
  t.equal((await bob.send('GET', '/api/analytics?from=2026-01-31T12:00:00Z&to=2026-02-02T00:00:00Z')).body.analytics.totals.calls, 0)
})

test('without calls all is zero; without a range the last 30 days', async (t) => {
  const { user, clock } = await buildApi(t)
  const { body: { analytics } } = await (await user('ann')).send('GET', '/api/analytics')
  t.equal(analytics.to, new Date(clock.now()).toISOString())
  t.equal(analytics.byDay.length, 30)
  t.match(analytics.totals, { calls: 0, durationPercentiles: { p50: 0 }, usage: [] })
  t.notOk('averageDurationSeconds' in analytics.totals)
})

test('what cannot be answered is refused by name', async (t) => {
  const { user } = await buildApi(t)
  const ann = await user('ann')
  for (const [query, field] of [
    ['from=2025-01-01T00:00:00Z&to=2026-01-04T00:00:00Z', 'from'],
    ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'to'],
    ['from=yesterday', 'from'],
    ['to=0213-08-21T06:47:46Z', 'to'],
    ['from=9999-12-30T23:00:00Z&to=9999-12-31T12:00:00Z&timeZone=Pacific/Kiritimati', 'to'],
    ['timeZone=Mars/Olympus', 'timeZone'],
    [`phoneNumberId=${'0'.repeat(24)}`, 'phoneNumberId'],
    ['phoneNumberId=x&number=%2B1', 'number'],
    ['userId=x', 'userId']
  ]) t.match(await ann.send('GET', `/api/analytics?${query}`), { status: 400, body: { error: { field } } }, String(query))
})
