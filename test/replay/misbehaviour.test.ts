import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { EarshotError } from '../../src/errors.ts'
import { Misbehaviour, type Temper } from '../../src/replay/misbehaviour.ts'
import { runVirtually } from '../../src/replay/virtual-time.ts'

/** Takes one answer of the pieces a, b, c, due at 100, 110 and 120 ms; tells each piece with its time. */
const take = async (clock: VirtualClock, behaviour: Misbehaviour, signal = new AbortController().signal) => {
  const startMs = clock.now()
  const seen: string[] = []
  const reading = (async () => {
    try {
      for await (const piece of behaviour.answer('abc', 100, 10, signal)) seen.push(`${piece}@${Math.round(clock.now() - startMs)}`)
    } catch (error) {
      seen.push(`${error instanceof EarshotError ? error.code : String(error)}@${clock.now() - startMs}`)
    }
  })()
  await runVirtually(clock, reading, 10_000)
  return seen
}

const setUp = (temper: Omit<Temper, 'clock'> = {}) => {
  const clock = new VirtualClock(0)
  return { clock, behaviour: new Misbehaviour({ clock, ...temper }) }
}

test('gives each piece at its time, by an absolute schedule', async (t) => {
  const { clock, behaviour } = setUp()
  t.same(await take(clock, behaviour), ['a@100', 'b@110', 'c@120'])
  const slow: number[] = []
  const reading = (async () => {
    const startMs = clock.now()
    for await (const piece of behaviour.answer('abc', 100, 10, new AbortController().signal)) {
      slow.push(clock.now() - startMs)
      if (piece === 'a') await new Promise<void>((resolve) => clock.setTimeout(resolve, 15))
    }
  })()
  await runVirtually(clock, reading, 1000)
  t.same(slow, [100, 115, 120])
  t.equal(behaviour.requests, 2)
  t.equal(behaviour.open, 0)
})

test('fails as told, request by request', async (t) => {
  const { clock, behaviour } = setUp({
    fail: (request) => [
      { kind: 'error' as const, code: 'provider_rate_limited' as const },
      { kind: 'error' as const, code: 'provider_timeout' as const, afterMs: 70 },
      { kind: 'cut' as const, afterPieces: 2 },
      { kind: 'cut' as const, afterPieces: 0 }
    ][request]
  })
  t.same(await take(clock, behaviour), ['provider_rate_limited@0'])
  t.same(await take(clock, behaviour), ['provider_timeout@70'])
  t.same(await take(clock, behaviour), ['a@100', 'b@110', 'provider_unavailable@120'])
  t.same(await take(clock, behaviour), ['provider_unavailable@100'])
  t.same(await take(clock, behaviour), ['a@100', 'b@110', 'c@120'])
})

test('hangs until it is aborted, and obeys the signal at any time', async (t) => {
  const { clock, behaviour } = setUp({ fail: (request) => request === 0 ? { kind: 'hang' } : undefined })
  for (const [abortMs, expected] of [[5000, ['Error: gone@5000']], [0, ['Error: gone@0']], [105, ['a@100', 'Error: gone@105']]] as const) {
    const controller = new AbortController()
    clock.setTimeout(() => controller.abort(new Error('gone')), abortMs)
    t.same(await take(clock, behaviour, controller.signal), expected)
  }
  t.equal(behaviour.open, 0)
  t.equal(clock.pendingTimers, 0)
})

test('jitter is within its bounds, and the same for the same seed', async (t) => {
  const times = async (seed: number) => {
    const { clock, behaviour } = setUp({ jitterMs: 50, seed })
    return [await take(clock, behaviour), await take(clock, behaviour), await take(clock, behaviour)].map(([first]) => first)
  }
  const [first, again, other] = [await times(7), await times(7), await times(8)]
  t.same(first, again)
  t.notSame(first, other)
  t.ok(first.every((piece) => Number(piece?.slice(2)) >= 100 && Number(piece?.slice(2)) <= 150))
})
