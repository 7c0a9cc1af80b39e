import { test } from 'tap'
import { Timers } from '../../src/call/timers.ts'
import { VirtualClock } from '../../src/clock.ts'

test('a timer set again replaces the one before, and all can be stopped', async (t) => {
  const clock = new VirtualClock(0)
  const timers = new Timers<'a' | 'b'>(clock)
  const fired: string[] = []
  timers.set('a', 10, () => fired.push('first'))
  timers.set('a', 20, () => fired.push('second'))
  timers.set('b', 5, () => fired.push('b'))
  timers.cancel('b')
  timers.cancel('b')
  await clock.advance(30)
  t.same(fired, ['second'])
  timers.set('a', 10, () => fired.push('never'))
  timers.set('b', 10, () => fired.push('never'))
  timers.cancelAll()
  t.equal(clock.pendingTimers, 0)
})
