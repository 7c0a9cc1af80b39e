import type { CallRecord } from '../../src/store/calls.ts'
import { callStream } from '../../src/api/call-stream.ts'
import { LiveCalls } from '../../src/twilio/live-calls.ts'
import { eachStores } from '../support/engines.ts'

const away = async () => { throw new Error('away') }

eachStores('a stream with nothing to tell is kept up, goes on when the database comes back, and ends at once when it is to', async (t, { stores, clock }) => {
  const { call } = await stores.calls.create({ userId: 'ann', call_sid: 'CA1', from_number: '+14155550199', to_number: '+14155550123', agent_id: 'a', session_id: 's', start_time: new Date(clock.now()) })
  const ending = new AbortController()
  // The database that calls are watched over is away all the time.
  const callWatches = { add: away, find: away, renew: away, remove: away, watching: away, tell: away }
  const deps = { clock, stores: { ...stores, callWatches }, liveCalls: new LiveCalls({ clock, maxCalls: 1 }) }
  let isAway = false
  let news: CallRecord[] = [call]
  const look = async () => isAway ? await away() : news
  const told: string[] = []
  const reading = (async () => {
    for await (const piece of callStream(deps, { userId: 'ann', known: [call], fromStart: false, everyMs: 500, look }, ending.signal)) told.push(piece)
  })()
  await clock.advance(14_500)
  t.same(told.splice(0), ['retry: 500\n\n'])
  isAway = true
  await clock.advance(1_000)
  t.same(told.splice(0), [': still here\n\n'])
  isAway = false
  news = [{ ...call, transcript: [{ role: 'user', text: 'Hello?', timestamp: new Date(clock.now()) }] }]
  await clock.advance(500)
  t.match(told.splice(0), [/^event: turn\n(id: .*\n)?data: \{.*Hello\?.*\}\n\n$/])
  ending.abort()
  await reading
  t.equal(clock.pendingTimers, 0)
  t.same(told, [])
})
