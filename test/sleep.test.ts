import { test } from 'tap'
import { VirtualClock } from '../src/clock.ts'
import { sleep } from '../src/sleep.ts'

test('it lasts as long as the clock says, or until it is aborted, and leaves nothing behind', async (t) => {
  const clock = new VirtualClock(0)
  const controller = new AbortController()
  const wokenAtMs = sleep(clock, 100, controller.signal).then(() => clock.now())
  await clock.advance(200)
  t.equal(await wokenAtMs, 100)

  const reason = new Error('enough')
  const broken = t.rejects(sleep(clock, 1_000, controller.signal), reason)
  controller.abort(reason)
  await broken
  await t.rejects(sleep(clock, 1_000, controller.signal), reason, 'nor is it begun')
  await t.rejects(sleep(clock, 1_000, AbortSignal.abort('a word')), { message: 'Aborted.' })
  t.equal(clock.pendingTimers, 0)
})
