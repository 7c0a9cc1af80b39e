import { test } from 'tap'
import { once } from 'node:events'
import { startThread } from '../../src/vad/thread.ts'

test('a TypeScript module runs as a thread, with its imports and its data', async (t) => {
  const [answer] = await once(startThread(new URL('./doubling-thread.ts', import.meta.url), { number: 21 }), 'message')
  t.equal(answer, 42 * 32)
})

test('a JavaScript module does too', async (t) => {
  const program = 'import { parentPort, workerData } from "node:worker_threads"; parentPort.postMessage(workerData.number)'
  const [answer] = await once(startThread(new URL(`data:text/javascript,${encodeURIComponent(program)}`), { number: 21 }), 'message')
  t.equal(answer, 21)
})
