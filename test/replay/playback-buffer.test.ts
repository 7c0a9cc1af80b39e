import fc from 'fast-check'
import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { PlaybackBuffer } from '../../src/replay/playback-buffer.ts'

const setUp = () => {
  const clock = new VirtualClock(0)
  const log: string[] = []
  const heard: Array<{ startsAtMs: number, bytes: number }> = []
  const buffer = new PlaybackBuffer(clock, {
    queued: (mulaw, startsAtMs) => { heard.push({ startsAtMs, bytes: mulaw.length }) },
    started: (atMs) => { log.push(`started@${atMs}`) },
    ranDry: (atMs) => { log.push(`dry@${atMs}`) },
    cleared: (unheardMs, atMs) => { log.push(`cleared ${unheardMs}@${atMs}`) },
    markReached: (name) => { log.push(`${name}@${clock.now()}`) }
  })
  return { clock, log, heard, buffer }
}

const audio = (ms: number) => new Uint8Array(ms * 8)

test('a mark comes back when the audio before it has been played, in order', async (t) => {
  const { clock, log, buffer } = setUp()
  buffer.push(audio(100))
  buffer.mark('a')
  buffer.push(audio(50))
  buffer.mark('b')
  buffer.mark('c')
  t.equal(buffer.queuedMs, 150)
  await clock.advance(99)
  t.same(log, ['started@0'])
  await clock.advance(1)
  t.same(log, ['started@0', 'a@100'])
  await clock.advance(1000)
  t.same(log, ['started@0', 'a@100', 'b@150', 'c@150', 'dry@150'])
  t.equal(clock.pendingTimers, 0)
})

test('a mark with nothing before it comes back at once', async (t) => {
  const { log, buffer } = setUp()
  buffer.mark('alone')
  t.same(log, ['alone@0'])
})

test('audio that arrives late starts when it arrives; audio in time joins without a seam', async (t) => {
  const { clock, log, heard, buffer } = setUp()
  buffer.push(audio(20))
  await clock.advance(10)
  buffer.push(audio(20))
  await clock.advance(100)
  buffer.push(audio(20))
  t.same(heard.map(({ startsAtMs }) => startsAtMs), [0, 20, 110])
  t.same(log, ['started@0', 'dry@40', 'started@110'])
})

test('clear throws away what is queued and returns every pending mark at once', async (t) => {
  const { clock, log, buffer } = setUp()
  buffer.push(audio(500))
  buffer.mark('a')
  buffer.mark('b')
  await clock.advance(120)
  buffer.clear()
  t.same(log, ['started@0', 'dry@120', 'cleared 380@120', 'a@120', 'b@120'])
  buffer.push(audio(10))
  await clock.advance(100)
  t.same(log.slice(5), ['started@120', 'dry@130'], 'what comes after is played as ever')
  t.equal(clock.pendingTimers, 0)
})

test('after close nothing is played and no mark comes back', async (t) => {
  const { clock, log, buffer } = setUp()
  buffer.push(audio(500))
  buffer.mark('a')
  await clock.advance(100)
  buffer.close()
  await clock.advance(1000)
  t.same(log, ['started@0', 'dry@100'])
  t.equal(clock.pendingTimers, 0)
})

test('whatever the order of events, audio never overlaps, every mark comes back once and in order, and not before its audio', async (t) => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('push' as const), ms: fc.integer({ min: 1, max: 300 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('mark' as const), ms: fc.constant(0) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), ms: fc.constant(0) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 250 }) }) }
  )
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
    const { clock, log, heard, buffer } = setUp()
    const due = new Map<string, number>()
    let marks = 0
    for (const { do: what, ms } of steps) {
      if (what === 'push') buffer.push(audio(ms))
      if (what === 'wait') await clock.advance(ms)
      if (what === 'clear') {
        for (const [name, dueMs] of due) due.set(name, Math.min(dueMs, clock.now()))
        buffer.clear()
      }
      if (what === 'mark') {
        const name = `m${marks++}`
        due.set(name, clock.now() + buffer.queuedMs)
        buffer.mark(name)
      }
    }
    await clock.advance(100_000)
    const returned = log.filter((line) => line.startsWith('m'))
    if (returned.join() !== [...due].map(([name, dueMs]) => `${name}@${dueMs}`).join()) return false
    const cleared = log.some((line) => line.startsWith('cleared'))
    return cleared || heard.every(({ startsAtMs }, i) => i === 0 || startsAtMs >= heard[i - 1]!.startsAtMs + heard[i - 1]!.bytes / 8)
  }), { numRuns: 150 })
  t.pass()
})
