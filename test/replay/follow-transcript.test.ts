import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { followTranscript, type CallSoFar } from '../../src/replay/follow-transcript.ts'
import { runVirtually } from '../../src/replay/virtual-time.ts'

const turn = (text: string) => ({ role: 'user' as const, text, timestamp: new Date(500) })

test('tells each turn once, as it comes, until the record is complete', async (t) => {
  const clock = new VirtualClock(0)
  let call: CallSoFar | undefined
  clock.setTimeout(() => { call = { status: 'active', transcript: [turn('a')] } }, 450)
  clock.setTimeout(() => { call = { status: 'active', transcript: [turn('a'), turn('b')] } }, 850)
  clock.setTimeout(() => { call = { status: 'completed', transcript: [turn('a'), turn('b'), turn('c')] } }, 1050)
  const told: string[] = []
  await runVirtually(clock, followTranscript(clock, async () => call, ({ text }) => told.push(`${text}@${clock.now()}`), new AbortController().signal), 10_000)
  t.same(told, ['a@500', 'b@900', 'c@1100'])
  t.equal(clock.pendingTimers, 0)
})

test('reads once more when it is told to stop', async (t) => {
  const clock = new VirtualClock(0)
  const enough = new AbortController()
  const told: string[] = []
  clock.setTimeout(() => enough.abort(), 150)
  const read = async () => ({ status: 'active' as const, transcript: clock.now() >= 150 ? [turn('late')] : [] })
  await runVirtually(clock, followTranscript(clock, read, ({ text }) => told.push(text), enough.signal), 10_000)
  t.same(told, ['late'])
})
