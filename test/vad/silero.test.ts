import tap, { test, type Test } from 'tap'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { CHUNK_SAMPLES, type VadChunk } from '../../src/vad/vad.ts'
import { SileroInlineVad } from '../../src/vad/silero-inline.ts'
import { SileroVad } from '../../src/vad/silero.ts'
import { folder } from '../support/folder.ts'
import { hear, readRecordings } from './recordings.ts'

const FAILING_WORKER = new URL('./failing-worker.ts', import.meta.url)
const failingWorker = (batches: number, then: 'throw' | 'silence'): URL => new URL(`?batches=${batches}&then=${then}`, FAILING_WORKER)

async function open (t: Pick<Test, 'teardown'>, workerFile?: URL): Promise<{ vad: SileroVad, failures: Error[], failed: () => Promise<Error> }> {
  const failures: Error[] = []
  let tell = (_: Error): void => {}
  const onFailure = (error: Error): void => {
    failures.push(error)
    tell(error)
  }
  const vad = new SileroVad(workerFile === undefined ? { onFailure } : { onFailure, workerFile })
  t.teardown(() => vad.close())
  await vad.ready
  return { vad, failures, failed: () => failures[0] === undefined ? new Promise((resolve) => { tell = resolve }) : Promise.resolve(failures[0]) }
}

/** Opens a stream whose chunks can be awaited. */
function listen (vad: SileroVad): { push: (pcm: Int16Array) => void, chunks: VadChunk[], until: (count: number) => Promise<void>, close: () => void } {
  const chunks: VadChunk[] = []
  let waiting: { count: number, resolve: () => void } | undefined
  const stream = vad.open((chunk) => {
    chunks.push(chunk)
    if (waiting !== undefined && chunks.length >= waiting.count) waiting.resolve()
  })
  return {
    chunks,
    push: (pcm) => stream.push(pcm),
    close: () => stream.close(),
    until: (count) => chunks.length >= count ? Promise.resolve() : new Promise((resolve) => { waiting = { count, resolve } })
  }
}

const loud = (chunks: number): Int16Array => Int16Array.from({ length: chunks * CHUNK_SAMPLES }, (_, i) => i % 20 < 10 ? 8000 : -8000)
const ends = (chunks: VadChunk[]): number[] => chunks.map(({ endMs }) => endMs)
const inOrder = (count: number): number[] => Array.from({ length: count }, (_, i) => 32 * (i + 1))

/** One thread for the tests that leave it whole: starting one takes a second. */
const { vad, failures } = await open(tap)

test('the thread hears what the model hears, for every stream in order', async (t) => {
  const inline = await SileroInlineVad.load()
  const pcms = readRecordings().filter(({ name }) => ['demo-1', 'no', 'french', 'music-band'].includes(name)).map(({ pcm }) => pcm)
  const expected = await hear(inline, pcms, () => inline.settle())
  const streams = pcms.map(() => listen(vad))
  const longest = Math.max(...pcms.map((pcm) => pcm.length))
  for (let at = 0; at < longest; at += 160) {
    streams.forEach((stream, i) => stream.push(pcms[i]!.subarray(at, at + 160)))
    if (at % 8000 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all(streams.map((stream, i) => stream.until(expected[i]!.length)))
  streams.forEach(({ chunks }, i) => {
    t.same(ends(chunks), ends(expected[i]!))
    t.ok(chunks.every(({ probability }, k) => Math.abs(probability - expected[i]![k]!.probability) < 1e-4))
  })
  t.same(failures, [])
})

test('a closed stream is called no more; its neighbours are', async (t) => {
  const [closed, other] = [listen(vad), listen(vad)]
  for (const stream of [closed, other]) stream.push(loud(3))
  closed.close()
  closed.push(loud(1))
  await other.until(3)
  t.same(closed.chunks, [])
})

test('one listener that throws keeps no other from hearing', async (t) => {
  const broken = vad.open(() => { throw new Error('not my day') })
  const other = listen(vad)
  broken.push(loud(1))
  other.push(loud(1))
  await other.until(1)
  t.match(failures, [{ message: 'not my day' }])
})

test('a closed detector calls nobody, and closes once', async (t) => {
  const { vad, failures } = await open(t)
  const stream = listen(vad)
  stream.push(loud(100))
  t.equal(vad.close(), vad.close())
  await vad.close()
  stream.push(loud(1))
  t.same(stream.chunks, [])
  t.same(failures, [], 'ending is no failure')
})

test('before the model is loaded the level decides', async (t) => {
  const vad = new SileroVad({ onFailure: (error) => { throw error } })
  const stream = listen(vad)
  stream.push(loud(2))
  t.equal(stream.chunks.length, 2)
  t.ok(stream.chunks[1]!.probability > 0.9)
  await vad.close()
  await vad.ready
})

test('when the worker fails, the level decides: every chunk once, in order, and the failure is told', async (t) => {
  const { vad, failed } = await open(t, failingWorker(1, 'throw'))
  const streams = [listen(vad), listen(vad)]
  streams.forEach((stream) => stream.push(loud(1)))
  await streams[1]!.until(1)
  streams.forEach((stream) => stream.push(loud(40)))
  t.match(await failed(), { message: 'the model broke' })
  for (const { chunks } of streams) {
    t.same(ends(chunks), inOrder(41), 'also those that were with the worker')
    t.equal(chunks[0]!.probability, 0.25)
    t.ok(chunks.slice(1).every(({ probability }) => probability > 0.9))
  }
  streams[0]!.push(loud(1))
  t.equal(streams[0]!.chunks.length, 42, 'at once')
})

test('a failed worker is replaced, and goes on with the streams there are', async (t) => {
  const { vad, failures, failed } = await open(t, failingWorker(1, 'throw'))
  const stream = listen(vad)
  stream.push(loud(1))
  await stream.until(1)
  stream.push(loud(1))
  await failed()
  // Until the next worker is ready, which only time tells, the level says over 0.9; then the worker says 0.25.
  while (stream.chunks.at(-1)!.probability !== 0.25 || stream.chunks.length < 3) {
    stream.push(loud(1))
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  t.same(ends(stream.chunks), inOrder(stream.chunks.length))
  t.equal(failures[0]?.message, 'the model broke')
})

test('a worker that answers no more counts as failed', async (t) => {
  const { vad, failed } = await open(t, failingWorker(0, 'silence'))
  const stream = listen(vad)
  const minute = loud(64)
  for (let i = 0; i < 257; i++) stream.push(minute)
  t.match(await failed(), { message: /left 257 batches unanswered/ })
  t.same(ends(stream.chunks), inOrder(257 * 64))
})

test('a process that ends in the middle of an inference ends as it wanted to; the runtime keeps nothing to report by', async (t) => {
  const home = folder(t)
  const child = spawn(process.execPath, ['--import=tsx', new URL('exit-while-hearing.ts', import.meta.url).pathname], { stdio: 'ignore', env: { PATH: process.env['PATH'] ?? '', HOME: home } })
  const [code, signal] = await once(child, 'exit')
  t.same([code, signal], [3, null])
  t.same(readdirSync(home), [])
})
