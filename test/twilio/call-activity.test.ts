import Fastify from 'fastify'
import { test, type Test } from 'tap'
import type { CallActivity } from '../../src/call/state.ts'
import { VirtualClock } from '../../src/clock.ts'
import { holdingTime } from '../../src/replay/virtual-time.ts'
import { openCallWatches, WATCH_EXPIRES_AFTER_MS } from '../../src/store/call-watches.ts'
import type { Database } from '../../src/store/collection.ts'
import { CallActivityWatch, callActivityRounds } from '../../src/twilio/call-activity.ts'
import { LiveCalls } from '../../src/twilio/live-calls.ts'
import { eachEngine } from '../support/engines.ts'

const saying = (words: string): CallActivity => ({ state: 'agent_speaking', caller_words: '', agent_words: words })

/** Two processes with one database: one carries calls, on the other somebody watches. */
const twoProcesses = async (t: Test, database: Database) => {
  const clock = new VirtualClock()
  const opened = await openCallWatches(database, clock)
  const asked: string[] = []
  const counted = <Args extends unknown[], Result> (name: string, work: (...args: Args) => Promise<Result>) => holdingTime(clock, (...args: Args) => {
    asked.push(name)
    return work(...args)
  })
  const callWatches = { ...opened, watching: counted('watching', opened.watching), tell: counted('tell', opened.tell) }
  const process = () => ({ clock, stores: { callWatches }, liveCalls: new LiveCalls({ clock, maxCalls: 9 }) })
  const [carrier, other] = [process(), process()]
  const worker = callActivityRounds({ ...carrier, log: Fastify().log })
  worker.start()
  t.teardown(() => worker.stop())
  const begin = (callSid: string) => {
    const call = { callSid, activity: saying(''), command: () => false, close: async () => {} }
    carrier.liveCalls.add(call)
    return call
  }
  return { clock, callWatches, asked, begin, here: new CallActivityWatch(carrier, 'ann'), watch: new CallActivityWatch(other, 'ann') }
}

eachEngine('what goes on in a call is seen on every process', async (t, database) => {
  const { clock, begin, here, watch } = await twoProcesses(t, database)
  const [first, second] = [begin('CA1'), begin('CA2')]
  first.activity = saying('We open')
  t.same([...await here.look(['CA1', 'CA3'])], [['CA1', saying('We open')]], 'at once on its own')
  t.same([...await watch.look(['CA1'])], [], 'nobody has told yet')
  await clock.advance(500)
  t.same([...await watch.look(['CA1'])], [['CA1', saying('We open')]])
  first.activity = saying('We open at nine.')
  second.activity = saying('Hello')
  t.same([...await watch.look(['CA1', 'CA2'])], [['CA1', saying('We open')]], 'another call begins to be watched')
  await clock.advance(500)
  t.same([...await watch.look(['CA1', 'CA2'])], [['CA1', saying('We open at nine.')], ['CA2', saying('Hello')]])
})

eachEngine('of calls that nobody watches nothing is written, and of others only what is new', async (t, database) => {
  const { clock, callWatches, asked, begin, watch } = await twoProcesses(t, database)
  await clock.advance(5000)
  t.same(asked, [], 'without calls nobody is asked')
  const call = begin('CA1')
  for (const words of ['We', 'We open', 'We open at']) {
    call.activity = saying(words)
    await clock.advance(500)
  }
  t.same(asked.splice(0), ['watching', 'watching', 'watching'])
  await watch.look(['CA1'])
  await clock.advance(2000)
  t.same(asked.splice(0), ['watching', 'tell', 'watching', 'watching', 'watching'])
  t.equal((await callWatches.watching(['CA1'])).length, 1)
  await watch.close()
  t.equal((await callWatches.watching(['CA1'])).length, 0)
})

eachEngine('a watch is renewed while somebody looks, and ends with who looked', async (t, database) => {
  const { clock, callWatches, begin, watch } = await twoProcesses(t, database)
  begin('CA1')
  for (let ms = 0; ms < 3 * WATCH_EXPIRES_AFTER_MS; ms += 500) {
    await watch.look(['CA1'])
    await clock.advance(500)
  }
  t.equal((await callWatches.watching(['CA1'])).length, 1)
  await clock.advance(WATCH_EXPIRES_AFTER_MS)
  t.same(await callWatches.watching(['CA1']), [], 'its process has died')
  // Whoever begins to watch clears away what others have left behind.
  await callWatches.add('bob', ['CA9'])
  await watch.look(['CA1'])
  await watch.look(['CA1'])
  await clock.advance(500)
  t.same([...(await watch.look(['CA1'])).keys()], ['CA1'], 'asked for again by whoever lives on')
})

eachEngine('what is told to one user cannot be read by another', async (t, database) => {
  const { callWatches } = await twoProcesses(t, database)
  const id = await callWatches.add('ann', ['CA1'])
  await callWatches.tell(id, { CA1: saying('Hello') })
  t.same(await callWatches.find('ann', id), { CA1: saying('Hello') })
  t.equal(await callWatches.find('bob', id), undefined)
  t.equal(await callWatches.renew('bob', id, ['CA1']), undefined)
  await callWatches.remove('bob', id)
  t.same(await callWatches.find('ann', id), { CA1: saying('Hello') })
})

test('calls of this process need no database', async (t) => {
  const clock = new VirtualClock()
  const liveCalls = new LiveCalls({ clock, maxCalls: 9 })
  liveCalls.add({ callSid: 'CA1', activity: saying('Hello'), command: () => false, close: async () => {} })
  const away = async () => { throw new Error('away') }
  const watch = new CallActivityWatch({ clock, liveCalls, stores: { callWatches: { add: away, find: away, renew: away, remove: away, watching: away, tell: away } } }, 'ann')
  t.same([...(await watch.look(['CA1'])).values()], [saying('Hello')])
})
