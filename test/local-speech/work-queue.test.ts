import { test } from 'tap'
import { WorkQueue } from '../../src/local-speech/work-queue.ts'

const live = () => new AbortController().signal

/** Jobs that note when they start, and end when they are told to. */
function jobs () {
  const started: string[] = []
  const finish = new Map<string, () => void>()
  const job = (name: string) => async () => {
    started.push(name)
    await new Promise<void>((resolve) => finish.set(name, resolve))
    return name
  }
  return { started, job, end: async (name: string) => { finish.get(name)?.(); await new Promise((resolve) => setImmediate(resolve)) } }
}

test('runs so many at a time, the others in the order in which they came', async (t) => {
  const queue = new WorkQueue(2)
  const { started, job, end } = jobs()
  const results = ['a', 'b', 'c', 'd'].map((name) => queue.run(job(name), live()))
  t.same(started, ['a', 'b'])
  await end('b')
  t.same(started, ['a', 'b', 'c'])
  await end('a')
  await end('c')
  await end('d')
  t.same(await Promise.all(results), ['a', 'b', 'c', 'd'])
})

test('who comes again and again waits behind the others each time', async (t) => {
  const queue = new WorkQueue(1)
  const { started, job, end } = jobs()
  const long = async () => { for (const part of ['long 1', 'long 2']) await queue.run(job(part), live()) }
  const all = [long(), queue.run(job('short'), live())]
  await end('long 1')
  await end('short')
  await end('long 2')
  await Promise.all(all)
  t.same(started, ['long 1', 'short', 'long 2'])
})

test('an aborted job leaves the queue; one that fails makes room', async (t) => {
  const queue = new WorkQueue(1)
  const { started, job, end } = jobs()
  const controller = new AbortController()
  const reason = new Error('hung up')
  const failing = queue.run(async () => { await job('failing')(); throw new Error('broken') }, live())
  const aborted = queue.run(job('aborted'), controller.signal)
  const last = queue.run(job('last'), live())
  controller.abort(reason)
  await t.rejects(aborted, reason)
  await t.rejects(queue.run(job('too late'), controller.signal), reason)
  const failed = t.rejects(failing, { message: 'broken' })
  await end('failing')
  await failed
  await end('last')
  t.equal(await last, 'last')
  t.same(started, ['failing', 'last'])
})
