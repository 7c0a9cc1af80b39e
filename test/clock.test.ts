import { open, readFile } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { test } from 'tap'
import { VirtualClock, systemClock } from '../src/clock.ts'
import { sleep } from '../src/sleep.ts'

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

test('time waits for files', async (t) => {
  const clock = new VirtualClock(0)
  const seen: Array<[string, number]> = []
  const reading = async () => {
    await sleep(clock, 10)
    await readFile(new URL(import.meta.url))
    seen.push(['read', clock.now()])
    const file = await open(new URL(import.meta.url))
    await file.close()
    seen.push(['closed', clock.now()])
  }
  const read = reading()
  clock.setTimeout(() => seen.push(['next', clock.now()]), 11)
  await clock.advance(20)
  await read
  t.same(seen, [['read', 10], ['closed', 10], ['next', 11]])
})

test('time waits for another thread that was asked for something, as a module loader\'s is', async (t) => {
  const clock = new VirtualClock(0)
  const worker = new Worker('const { parentPort } = require("node:worker_threads"); parentPort.once("message", (text) => { parentPort.postMessage(text) })', { eval: true })
  const answeredAtMs = new Promise<number>((resolve) => { worker.once('message', () => resolve(clock.now())) })
  worker.unref()
  clock.setTimeout(() => {
    worker.ref()
    worker.postMessage('?')
  }, 10)
  clock.setTimeout(() => {}, 11)
  await clock.advance(20)
  t.equal(await answeredAtMs, 10)
  await worker.terminate()
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
