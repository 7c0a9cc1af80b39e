import { test } from 'tap'
import fc from 'fast-check'
import { VirtualClock } from '../../src/clock.ts'
import { TranscriptWriter, type CallSummary, type TranscriptSink, type TranscriptTurn } from '../../src/call/transcript.ts'

type Trouble = 'away' | 'answer lost' | 'refused'

/** A record that behaves as the call store does: a turn goes to the end or is the one already there, anything else is a conflict. */
class Store implements TranscriptSink {
  readonly stored: string[] = []
  summary: CallSummary | undefined
  requests = 0
  readonly atMs: number[] = []
  /** What goes wrong with each request, in order. */
  troubles: Array<Trouble | undefined> = []
  #busy = false
  readonly #clock: VirtualClock

  constructor (clock: VirtualClock) { this.#clock = clock }

  async append (index: number, { text }: TranscriptTurn): Promise<void> {
    await this.#request(() => {
      if (this.summary !== undefined) throw new Error('The call is complete.')
      if (index > this.stored.length) throw new Error(`Turn ${index} would leave a gap.`)
      if (this.stored[index] !== undefined && this.stored[index] !== text) throw new Error(`There is another turn ${index}.`)
      this.stored[index] = text
    })
  }

  async complete (summary: CallSummary): Promise<void> {
    await this.#request(() => { this.summary ??= summary })
  }

  isRetryable (error: unknown): boolean { return error instanceof Error && error.message === 'away' }

  async #request (store: () => void): Promise<void> {
    if (this.#busy) throw new Error('Two requests at once.')
    this.#busy = true
    this.atMs.push(this.#clock.now())
    const trouble = this.troubles[this.requests++]
    try {
      await new Promise<void>((resolve) => this.#clock.setTimeout(resolve, 10))
      if (trouble === 'refused') throw new Error('refused')
      if (trouble !== 'away') store()
      if (trouble !== undefined) throw new Error('away')
    } finally {
      this.#busy = false
    }
  }
}

const turn = (text: string): TranscriptTurn => ({ role: 'user', text, timestampMs: 0 })
const setUp = (firstIndex?: number) => {
  const clock = new VirtualClock(0)
  const store = new Store(clock)
  const failures: Array<[string, boolean]> = []
  const writer = new TranscriptWriter(clock, store, (error, willRetry) => failures.push([String(error), willRetry]), firstIndex)
  return { clock, store, failures, writer }
}
const summary = { endedAtMs: 1, reason: 'caller_hung_up' }

test('turns are stored in order, one at a time, and the end last', async (t) => {
  const { clock, store, writer } = setUp()
  for (const text of ['a', 'b', 'c']) writer.add(turn(text))
  let finished = false
  const done = writer.finish(summary).then(() => { finished = true })
  await clock.advance(35)
  t.same(store.stored, ['a', 'b', 'c'])
  t.notOk(finished, 'the end is not stored yet')
  await clock.advance(5)
  await done
  t.same(store.summary, summary)
  t.equal(clock.pendingTimers, 0)
})

test('goes on where the record of a resumed call ends', async (t) => {
  const { clock, store, writer } = setUp(2)
  store.stored.push('a', 'b')
  writer.add(turn('c'))
  await clock.advance(10)
  t.same(store.stored, ['a', 'b', 'c'])
})

test('finishing a call in which nothing was said waits for the end alone', async (t) => {
  const { clock, store, writer } = setUp()
  const done = writer.finish(summary)
  await clock.advance(10)
  await done
  t.same(store.summary, summary)
})

test('while the database is away it asks again, ever more slowly, and quickly again for the next turn', async (t) => {
  const { clock, store, failures, writer } = setUp()
  store.troubles = Array.from({ length: 8 }, () => 'away')
  writer.add(turn('a'))
  await clock.advance(60_000)
  t.same(store.stored, ['a'])
  t.same(store.atMs.slice(1).map((atMs, i) => atMs - store.atMs[i]! - 10), [250, 500, 1000, 2000, 4000, 5000, 5000, 5000])
  t.same(failures, Array.from({ length: 8 }, () => ['Error: away', true]))
  store.troubles[store.requests] = 'away'
  writer.add(turn('b'))
  await clock.advance(10 + 250 + 10)
  t.same(store.stored, ['a', 'b'])
})

test('a turn that is refused for good is told of and left out, and the turns after it are stored', async (t) => {
  const { clock, store, failures, writer } = setUp()
  store.troubles = [undefined, 'away', 'refused']
  for (const text of ['a', 'b', 'c', 'd']) writer.add(turn(text))
  const done = writer.finish(summary)
  await clock.advance(1000)
  await done
  t.same(store.stored, ['a', 'c', 'd'])
  t.same(failures, [['Error: away', true], ['Error: refused', false]])
})

test('what is not stored can be given up, and whoever waits for it waits no longer', async (t) => {
  const { clock, store, writer } = setUp()
  store.troubles = [undefined, ...Array.from({ length: 20 }, () => 'away' as const)]
  for (const text of ['a', 'b', 'c']) writer.add(turn(text))
  const done = writer.finish(summary)
  await clock.advance(500)
  t.same(writer.surrender(), { turns: [turn('b'), turn('c')], summary })
  await clock.settle()
  await done
  const { requests } = store
  await clock.advance(60_000)
  t.equal(store.requests, requests, 'nothing is tried any more')
  t.equal(clock.pendingTimers, 0)
  t.same(writer.surrender(), { turns: [], summary: undefined })
})

test('whoever is told of failures may fail', async (t) => {
  const clock = new VirtualClock(0)
  const store = new Store(clock)
  store.troubles = ['away', 'refused']
  const writer = new TranscriptWriter(clock, store, () => { throw new Error('no log') })
  writer.add(turn('a'))
  writer.add(turn('b'))
  await clock.advance(1000)
  t.same(store.stored, ['b'])
})

test('property: whatever goes wrong, what was not refused is stored once, in order, and the end is the last request', async () => {
  const trouble = fc.option(fc.constantFrom<Trouble>('away', 'away', 'answer lost', 'refused'), { nil: undefined })
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 3000 })), { maxLength: 8 })
  await fc.assert(fc.asyncProperty(fc.array(trouble, { maxLength: 30 }), steps, async (troubles, steps) => {
    const { clock, store, failures, writer } = setUp()
    store.troubles = troubles
    let said = 0
    for (const [turns, waitMs] of steps) {
      for (let i = 0; i < turns; i++) writer.add(turn(String(said++)))
      await clock.advance(waitMs)
    }
    let finished = false
    writer.finish(summary).then(() => { finished = true }, () => {})
    await clock.advance(300_000)
    if (!finished || clock.pendingTimers !== 0) throw new Error('not finished')
    const order = store.stored.map(Number)
    if (order.some((n, i) => i > 0 && n <= order[i - 1]!)) throw new Error(`stored ${order.join()}`)
    const lost = said + 1 - order.length - (store.summary === undefined ? 0 : 1)
    if (failures.filter(([, willRetry]) => !willRetry).length < lost) throw new Error(`${lost} lost, told of fewer`)
    if (!troubles.includes('refused') && order.length !== said) throw new Error('lost without being refused')
  }), { numRuns: 100 })
})
