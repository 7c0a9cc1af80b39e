import { test } from 'tap'
import { Worker } from 'node:worker_threads'
import { ExitGuard } from '../../src/vad/exit-guard.ts'

test('a stopped thread cannot enter any more', (t) => {
  const guard = new ExitGuard()
  const thread = new ExitGuard(guard.memory)
  t.ok(thread.enter())
  thread.leave()
  guard.stop()
  t.notOk(thread.enter())
  guard.stopAndWait(60_000)
  t.pass('nobody is inside, so nothing is waited for')
  t.end()
})

test('who ends waits for the thread to come out', async (t) => {
  const guard = new ExitGuard()
  t.ok(new ExitGuard(guard.memory).enter())
  // The other thread leaves while this one is blocked: nothing on this one could.
  const worker = new Worker(`
    const { workerData } = require('node:worker_threads')
    const flags = new Int32Array(workerData)
    while (Atomics.load(flags, 1) === 0);
    Atomics.store(flags, 0, 0)
    Atomics.notify(flags, 0)
  `, { eval: true, workerData: guard.memory })
  await new Promise((resolve) => worker.once('online', resolve))
  guard.stopAndWait(60_000)
  t.equal(new Int32Array(guard.memory)[0], 0)
  await new Promise((resolve) => worker.once('exit', resolve))
})

test('a thread that never comes out is waited for no longer than said', (t) => {
  const guard = new ExitGuard()
  guard.enter()
  guard.stopAndWait(1)
  t.end()
})
