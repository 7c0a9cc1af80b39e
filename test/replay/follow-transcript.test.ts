import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { followTranscript, type CallSoFar } from '../../src/replay/follow-transcript.ts'
import { runVirtually } from '../../src/replay/virtual-time.ts'

const turn = (text: string) => ({ role: 'user' as const, text, timestamp: new Date(500) })

test('tells each turn once, as it comes, until the record is complete', async (t) => {
  const clock = new VirtualClock(0)
  let call: CallSoFar | undefined
  clock.setTimeout(() => { call = { status: 'active', start_time: new Date(100), transcript: [turn('a')] } }, 450)
  clock.setTimeout(() => { call = { status: 'active', start_time: new Date(100), transcript: [turn('a'), turn('b')] } }, 850)
  clock.setTimeout(() => { call = { status: 'completed', start_time: new Date(100), transcript: [turn('a'), turn('b'), turn('c')] } }, 1050)
  const told: string[] = []
  await runVirtually(clock, followTranscript(clock, async () => call, ({ text }, startMs) => told.push(`${text}@${clock.now()} of ${startMs}`), new AbortController().signal), 10_000)
  t.same(told, ['a@500 of 100', 'b@900 of 100', 'c@1100 of 100'])
  t.equal(clock.pendingTimers, 0)
})

test('reads once more when it is told to stop', async (t) => {
  const clock = new VirtualClock(0)
  const enough = new AbortController()
  const told: string[] = []
  clock.setTimeout(() => enough.abort(), 150)
  const read = async () => ({ status: 'active' as const, start_time: new Date(0), transcript: clock.now() >= 150 ? [turn('late')] : [] })
  await runVirtually(clock, followTranscript(clock, read, ({ text }) => told.push(text), enough.signal), 10_000)
  t.same(told, ['late'])
})
