import { test } from 'tap'
import { VirtualClock, systemClock } from '../src/clock.ts'

test('the system clock never goes back and calls later', async (t) => {
  const startMs = systemClock.now()
  await new Promise<void>((resolve) => {
    // The timer does not hold the process, so the test must.
    const hold = setInterval(() => {}, 1000)
    systemClock.setTimeout(() => { clearInterval(hold); resolve() }, 5)
  })
  t.ok(systemClock.now() > startMs)
  t.ok(Math.abs(systemClock.now() - Date.now()) < 60_000, 'anchored at the wall clock')
  systemClock.setTimeout(() => t.fail('cancelled'), 1).cancel()
})

test('virtual timers fire in order of time, then of creation, at their own time', async (t) => {
  const clock = new VirtualClock(1000)
  const fired: string[] = []
  const note = (name: string) => () => { fired.push(`${name}@${clock.now()}`) }
  clock.setTimeout(note('c'), 30)
  clock.setTimeout(note('a'), 10)
  clock.setTimeout(note('b'), 10)
  const cancelled = clock.setTimeout(note('never'), 20)
  cancelled.cancel()
  await clock.advance(25)
  t.same(fired, ['a@1010', 'b@1010'])
  t.equal(clock.now(), 1025)
  t.equal(clock.pendingTimers, 1)
  await clock.advance(100)
  t.same(fired, ['a@1010', 'b@1010', 'c@1030'])
})

test('promises settle between timers, and timers set meanwhile fire in the same advance', async (t) => {
  const clock = new VirtualClock(0)
  const seen: number[] = []
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms))
  const loop = (async () => {
    for (let i = 0; i < 5; i++) { await sleep(20); await Promise.resolve(); seen.push(clock.now()) }
  })()
  await clock.advance(100)
  await loop
  t.same(seen, [20, 40, 60, 80, 100])
})

test('time waits for work outside the clock', async (t) => {
  const clock = new VirtualClock(0)
  let outside = Promise.resolve()
  const remove = clock.addSettler(() => outside)
  let doneAtMs = -1
  clock.setTimeout(() => {
    outside = new Promise((resolve) => setImmediate(() => setImmediate(() => { doneAtMs = clock.now(); resolve() })))
  }, 10)
  clock.setTimeout(() => t.equal(doneAtMs, 10), 11)
  await clock.advance(20)
  remove()
  t.equal(doneAtMs, 10)
})

test('time waits for the work that finished work starts', async (t) => {
  const clock = new VirtualClock(0)
  const finishedMs: number[] = []
  const work = (depth: number): void => {
    let done = (): void => {}
    const outside = new Promise<void>((resolve) => { done = resolve })
    const remove = clock.addSettler(() => outside)
    setTimeout(() => {
      remove()
      done()
      finishedMs.push(clock.now())
      if (depth > 1) queueMicrotask(() => work(depth - 1))
    }, 1)
  }
  clock.setTimeout(() => work(3), 10)
  await clock.advance(100)
  t.same(finishedMs, [10, 10, 10])
})
