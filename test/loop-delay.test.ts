import { test } from 'tap'
import { VirtualClock } from '../src/clock.ts'
import { LoopDelay } from '../src/loop-delay.ts'

const setUp = (maxMs: number) => {
  const clock = new VirtualClock()
  let lateMs = 0
  let resets = 0
  const loop = new LoopDelay(clock, maxMs, { percentile: (percentile) => percentile === 99 ? lateMs * 1e6 : 0, reset: () => { resets++ } })
  const second = async (ms: number): Promise<boolean> => {
    lateMs = ms
    await clock.advance(1000)
    return loop.tooLate
  }
  return { clock, loop, second, resets: () => resets }
}

test('two late seconds in a row are too late, one is not, and a good one ends it', async (t) => {
  const { second, resets, loop, clock } = setUp(100)
  t.same([await second(20), await second(900), await second(20), await second(101), await second(101), await second(500), await second(99)], [false, false, false, false, true, true, false])
  t.equal(resets(), 7, 'each second is judged by itself')
  loop.close()
  t.equal(clock.pendingTimers, 0)
})

test('without a limit nothing is too late', async (t) => {
  const { second, loop } = setUp(0)
  t.same([await second(5000), await second(5000), await second(5000)], [false, false, false])
  loop.close()
})

test('Node\'s own histogram is read in milliseconds', async (t) => {
  const clock = new VirtualClock()
  const loop = new LoopDelay(clock, 60_000)
  await clock.advance(3000)
  t.equal(loop.tooLate, false)
  loop.close()
})
