import { test } from 'tap'
import { VirtualClock } from '../src/clock.ts'
import { EarshotError } from '../src/errors.ts'
import { ProviderError, callResiliently, streamResiliently, type AttemptFailure } from '../src/resilience.ts'

const unavailable = () => new ProviderError('provider_unavailable')
const never = () => new Promise<never>(() => {})

/** A provider that fails with the given errors, one a request, and answers after them. */
function provider (answer: string, ...failures: Error[]) {
  const signals: AbortSignal[] = []
  const call = async (signal: AbortSignal) => {
    signals.push(signal)
    const failure = failures.shift()
    if (failure !== undefined) throw failure
    return answer
  }
  return { call, signals }
}

function setup () {
  const clock = new VirtualClock()
  const failures: AttemptFailure[] = []
  const options = { clock, timeoutMs: 1000, onFailure: (failure: AttemptFailure) => failures.push(failure) }
  return { clock, failures, options, signal: new AbortController().signal }
}

test('a retryable failure is tried once more, after a pause on the clock', async (t) => {
  const { clock, options, failures, signal } = setup()
  const primary = provider('words', unavailable())
  const answer = callResiliently({ primary: primary.call }, options, signal)
  await clock.advance(99)
  t.equal(primary.signals.length, 1)
  await clock.advance(1)
  t.equal(await answer, 'words')
  t.match(failures, [{ provider: 'primary', error: { code: 'provider_unavailable' } }])
  t.equal(clock.pendingTimers, 0)
})

test('a failure names the call on whose behalf the request was made', async (t) => {
  const { clock, options, failures, signal } = setup()
  const answer = callResiliently({ primary: provider('words', unavailable()).call }, { ...options, callSid: 'CA1' }, signal)
  await clock.advance(100)
  await answer
  t.match(failures, [{ callSid: 'CA1' }])
})

test('only once, and not when the error says that it is of no use', async (t) => {
  const { clock, options, signal } = setup()
  const twice = provider('words', unavailable(), unavailable())
  const failed = t.rejects(callResiliently({ primary: twice.call }, options, signal), { code: 'provider_unavailable' })
  await clock.advance(100)
  await failed
  t.equal(twice.signals.length, 2)

  const rejected = provider('words', new ProviderError('provider_rejected'))
  await t.rejects(callResiliently({ primary: rejected.call }, options, signal), { code: 'provider_rejected' })
  t.equal(rejected.signals.length, 1)
})

test('Retry-After is honoured when it is short; a long one sends to the fallback at once', async (t) => {
  const { clock, options, signal } = setup()
  const short = provider('primary', new ProviderError('provider_rate_limited', undefined, 800))
  const fallback = provider('fallback')
  const answer = callResiliently({ primary: short.call, fallback: fallback.call }, options, signal)
  await clock.advance(799)
  t.equal(short.signals.length, 1)
  await clock.advance(1)
  t.equal(await answer, 'primary')

  const long = provider('primary', new ProviderError('provider_rate_limited', undefined, 20_000))
  t.equal(await callResiliently({ primary: long.call, fallback: fallback.call }, options, signal), 'fallback')
  await t.rejects(callResiliently({ primary: provider('', new ProviderError('provider_rate_limited', undefined, 20_000)).call }, options, signal), { code: 'provider_rate_limited' })
})

test('the fallback is asked after the retry, and its failure is the answer', async (t) => {
  const { clock, options, failures, signal } = setup()
  const primary = provider('', unavailable(), unavailable())
  const fallback = provider('', new ProviderError('provider_rejected'))
  const failed = t.rejects(callResiliently({ primary: primary.call, fallback: fallback.call }, options, signal), { code: 'provider_rejected' })
  await clock.advance(100)
  await failed
  t.same(failures.map((failure) => [failure.provider, failure.error.code]), [
    ['primary', 'provider_unavailable'], ['primary', 'provider_unavailable'], ['fallback', 'provider_rejected']
  ])
})

test('a provider that hangs is aborted at the deadline: the fallback is next, or the retry where there is none', async (t) => {
  const { clock, options, signal } = setup()
  const signals: AbortSignal[] = []
  const hanging = (attempt: AbortSignal) => { signals.push(attempt); return never() }
  const answer = callResiliently({ primary: hanging, fallback: provider('fallback').call }, options, signal)
  await clock.advance(999)
  t.equal(signals[0]?.aborted, false)
  await clock.advance(1)
  t.equal(await answer, 'fallback')
  t.equal(signals.length, 1)
  t.equal(signals[0]?.aborted, true)

  const failed = t.rejects(callResiliently({ primary: hanging }, options, signal), { code: 'provider_timeout' })
  await clock.advance(1000 + 100 + 1000)
  await failed
  t.equal(signals.length, 3)
  t.equal(clock.pendingTimers, 0)
})

test('aborting ends everything with the signal\'s reason: before, in an attempt, and in the pause', async (t) => {
  const { clock, options } = setup()
  const reason = new Error('hung up')
  const before = provider('')
  await t.rejects(callResiliently({ primary: before.call }, options, AbortSignal.abort(reason)), reason)
  t.equal(before.signals.length, 0)

  const inAttempt = new AbortController()
  let attemptSignal: AbortSignal | undefined
  const first = t.rejects(callResiliently({ primary: (signal) => { attemptSignal = signal; return never() } }, options, inAttempt.signal), reason)
  await clock.settle()
  inAttempt.abort(reason)
  await first
  t.equal(attemptSignal?.reason, reason)

  const inPause = new AbortController()
  const failing = provider('', unavailable())
  const second = t.rejects(callResiliently({ primary: failing.call }, options, inPause.signal), reason)
  await clock.settle()
  inPause.abort(reason)
  await second
  await clock.advance(10_000)
  t.equal(failing.signals.length, 1)
  t.equal(clock.pendingTimers, 0)
})

test('an error that is nobody\'s becomes `internal` and keeps its cause', async (t) => {
  const { options, signal } = setup()
  const bug = new TypeError('undefined is not a function')
  const failure = await callResiliently({ primary: () => { throw bug } }, options, signal).catch((error: unknown) => error)
  if (!(failure instanceof EarshotError)) return t.fail('not an EarshotError')
  t.equal(failure.code, 'internal')
  t.equal(failure.cause, bug)
})

test('a stream is retried until its first item, and never after', async (t) => {
  const { clock, options, failures, signal } = setup()
  let opened = 0
  async function * broken () {
    opened++
    if (opened === 1) throw unavailable()
    yield 'one'
    throw unavailable()
  }
  const items: string[] = []
  const read = async () => { for await (const item of streamResiliently({ primary: broken, fallback: broken }, options, signal)) items.push(item) }
  const failed = t.rejects(read(), { code: 'provider_unavailable' })
  await clock.advance(100)
  await failed
  t.same(items, ['one'])
  t.equal(opened, 2)
  t.equal(failures.length, 1)
  t.equal(clock.pendingTimers, 0)
})

test('a stream has a deadline to its first item and between items, not over its whole length or a slow reader', async (t) => {
  const { clock, options, signal } = setup()
  const pause = (ms: number) => new Promise<void>((resolve) => { clock.setTimeout(resolve, ms) })
  async function * steady () {
    for (let item = 0; item < 5; item++) {
      await pause(900)
      yield item
    }
    await never()
  }
  const items: number[] = []
  const read = async () => {
    for await (const item of streamResiliently({ primary: steady }, options, signal)) {
      items.push(item)
      if (item === 2) await pause(5000)
    }
  }
  const failed = t.rejects(read(), { code: 'provider_timeout' })
  await clock.advance(5 * 900 + 5000 + 999)
  t.same(items, [0, 1, 2, 3, 4])
  t.equal(clock.pendingTimers, 1)
  await clock.advance(1)
  await failed
  t.equal(clock.pendingTimers, 0)
})

test('a source is closed when its reader stops, when the signal is aborted, and when it takes no notice of either', async (t) => {
  const { clock, options } = setup()
  let closed = 0
  const signals: AbortSignal[] = []
  async function * endless (signal: AbortSignal) {
    signals.push(signal)
    try {
      for (;;) yield 'item'
    } finally {
      closed++
    }
  }
  const reader = streamResiliently({ primary: endless }, options, new AbortController().signal)
  t.same(await reader.next(), { value: 'item', done: false })
  await reader.return()
  await clock.settle()
  t.equal(closed, 1)
  t.equal(signals[0]?.aborted, true)

  const controller = new AbortController()
  const reason = new Error('hung up')
  const read = async () => { for await (const item of streamResiliently({ primary: endless }, options, controller.signal)) if (item) controller.abort(reason) }
  await t.rejects(read(), reason)
  await clock.settle()
  t.equal(closed, 2)

  async function * deaf () {
    yield 'item'
    await never()
  }
  const other = new AbortController()
  const readDeaf = async () => { for await (const item of streamResiliently({ primary: deaf }, options, other.signal)) t.equal(item, 'item') }
  const failed = t.rejects(readDeaf(), reason)
  await clock.settle()
  other.abort(reason)
  await failed
  t.equal(clock.pendingTimers, 0)
})

test('nothing listens to the signal any more when a request is over', async (t) => {
  const { options } = setup()
  const signal = new AbortController().signal
  let listeners = 0
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => { listeners++; addEventListener.apply(signal, args) }
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => { listeners--; removeEventListener.apply(signal, args) }
  await callResiliently({ primary: provider('words').call }, options, signal)
  t.equal(listeners, 0)
  async function * one () { yield 1 }
  for await (const item of streamResiliently({ primary: one }, options, signal)) t.equal(item, 1)
  t.equal(listeners, 0)
})
