import { test } from 'tap'
import { VirtualClock } from '../src/clock.ts'
import { Rounds } from '../src/rounds.ts'

const setUp = (takesMs: number, fails: (round: number) => boolean = () => false) => {
  const clock = new VirtualClock(0)
  const begun: number[] = []
  const failures: unknown[] = []
  let going = 0
  const rounds = new Rounds(clock, 1000, async () => {
    begun.push(clock.now())
    going++
    await new Promise<void>((resolve) => clock.setTimeout(resolve, takesMs))
    going--
    if (fails(begun.length)) throw new Error(`round ${begun.length}`)
  }, (error) => failures.push(error))
  return { clock, rounds, begun, failures, going: () => going }
}

test('a round begins a while after the one before has ended, also when that has failed', async (t) => {
  const { clock, rounds, begun, failures } = setUp(300, (round) => round === 2)
  rounds.start(50)
  await clock.advance(4000)
  t.same(begun, [50, 1350, 2650, 3950])
  t.match(failures, [{ message: 'round 2' }])
  t.equal(failures.length, 1)
})

test('stopped, it begins no further round, and waits for the one that goes on', async (t) => {
  const { clock, rounds, begun, going } = setUp(300)
  rounds.start()
  await clock.advance(1100)
  t.equal(rounds.stopped, false)
  let stopped = false
  const stopping = rounds.stop().then(() => { stopped = true })
  t.equal(rounds.stopped, true)
  await clock.advance(100)
  t.same([stopped, going()], [false, 1])
  await clock.advance(100)
  await stopping
  t.equal(going(), 0)
  rounds.start()
  await clock.advance(10_000)
  t.same(begun, [1000])
  t.equal(clock.pendingTimers, 0)
})
