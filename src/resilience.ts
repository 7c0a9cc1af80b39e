import type { Clock, Timer } from './clock.ts'
import { EarshotError, type ErrorCode } from './errors.ts'
import { sleep } from './sleep.ts'

/** A provider's failure, with the time it asks to be left alone, where it tells. */
export class ProviderError extends EarshotError {
  readonly retryAfterMs: number | undefined

  /** @param message never contains a secret or what was said: a provider's own words may hold both */
  constructor (code: ErrorCode, message?: string, retryAfterMs?: number) {
    super(code, message)
    this.retryAfterMs = retryAfterMs
  }
}

export interface ResilienceOptions {
  clock: Clock
  /** How long one attempt may take to answer; of a stream: to its first item, and from each item to the next. */
  timeoutMs: number
  /** Told of every attempt that failed, before the next one is made. */
  onFailure?: (failure: AttemptFailure) => void
  /** The call on whose behalf the request is made. */
  callSid?: string | undefined
}

export interface AttemptFailure {
  provider: 'primary' | 'fallback'
  error: EarshotError
  callSid?: string
}

/** The same request to the provider of choice and, where there is one, to the provider that stands in for it. */
export interface Attempts<T> {
  primary: (signal: AbortSignal) => T
  fallback?: ((signal: AbortSignal) => T) | undefined
}

/** Pause before the one retry where the provider asks for none: long enough for a balancer to choose another machine. */
const RETRY_DELAY_MS = 100
/** A longer Retry-After is not waited for: the caller hears nothing meanwhile, and the other provider or an apology is sooner. */
const MAX_RETRY_WAIT_MS = 1000

/**
 * Makes a request with a deadline, one retry where the failure is retryable, and then the fallback.
 * @throws {EarshotError} the last attempt's failure; the signal's reason when it is aborted
 */
export async function callResiliently<T> (attempts: Attempts<Promise<T>>, options: ResilienceOptions, signal: AbortSignal): Promise<T> {
  return await firstSuccess(attempts, options, signal, async (open) => {
    const attempt = new Attempt(options, signal)
    try {
      return await attempt.within(() => open(attempt.signal))
    } finally {
      attempt.end()
    }
  })
}

/**
 * As `callResiliently`, for a stream. Once an item was handed on nothing is tried again: the listener has heard it.
 * The request is aborted as soon as the consumer stops reading.
 */
export async function * streamResiliently<T> (attempts: Attempts<AsyncIterable<T>>, options: ResilienceOptions, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
  const { attempt, items, first } = await firstSuccess(attempts, options, signal, async (open) => {
    const attempt = new Attempt(options, signal)
    try {
      const items = open(attempt.signal)[Symbol.asyncIterator]()
      return { attempt, items, first: await attempt.within(() => items.next()) }
    } catch (error) {
      attempt.end()
      throw error
    }
  })
  try {
    for (let item = first; item.done !== true; item = await attempt.within(() => items.next())) yield item.value
  } catch (error) {
    signal.throwIfAborted()
    throw asEarshotError(error)
  } finally {
    attempt.end()
    // Not awaited: a source that ignores its signal would hold the consumer.
    items.return?.().catch(() => {})
  }
}

/** Runs attempt after attempt until one succeeds or none is left. */
async function firstSuccess<A, T> (attempts: Attempts<A>, options: ResilienceOptions, signal: AbortSignal, run: (open: (signal: AbortSignal) => A) => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  let provider: AttemptFailure['provider'] = 'primary'
  let open = attempts.primary
  let retried = false
  for (;;) {
    try {
      return await run(open)
    } catch (thrown) {
      signal.throwIfAborted()
      const error = asEarshotError(thrown)
      options.onFailure?.({ provider, error, ...(options.callSid !== undefined && { callSid: options.callSid }) })
      if (provider === 'primary' && !retried && isWorthRetrying(error, attempts.fallback !== undefined)) {
        retried = true
        await sleep(options.clock, retryWaitMs(error), signal)
      } else if (provider === 'primary' && attempts.fallback !== undefined) {
        provider = 'fallback'
        open = attempts.fallback
      } else {
        throw error
      }
    }
  }
}

/** A timeout has used up the caller's patience: with a fallback at hand, that one is asked next. */
function isWorthRetrying (error: EarshotError, hasFallback: boolean): boolean {
  if (error.code === 'provider_timeout' && hasFallback) return false
  return error.retryable && retryWaitMs(error) <= MAX_RETRY_WAIT_MS
}

const retryWaitMs = (error: EarshotError): number => (error instanceof ProviderError ? error.retryAfterMs : undefined) ?? RETRY_DELAY_MS

const asEarshotError = (error: unknown): EarshotError => error instanceof EarshotError ? error : new EarshotError('internal', undefined, { cause: error })

const ignore = (): void => {}

/** Why a request that is over is aborted. One for all: `abort()` without a reason makes an error, with its stack, each time. */
const ENDED = new EarshotError('internal', 'The request is over.')

/** One request's lifetime: aborted by its parent signal, by its own deadline, and when it ends. */
class Attempt {
  readonly #controller = new AbortController()
  readonly #options: ResilienceOptions
  readonly #parent: AbortSignal
  /** One timer watches over every item of a stream: it is not set anew for each, but looks when it is over how much later the deadline is by then. */
  #timer: Timer | undefined
  #deadlineMs = Infinity
  #stopWaiting: (reason: unknown) => void = ignore
  readonly #onParentAbort = () => this.#abort(this.#parent.reason)

  constructor (options: ResilienceOptions, parent: AbortSignal) {
    this.#options = options
    this.#parent = parent
    parent.addEventListener('abort', this.#onParentAbort, { once: true })
  }

  get signal (): AbortSignal { return this.#controller.signal }

  /** Waits for the work at most `timeoutMs`, also when the work takes no notice of its signal. */
  async within<T> (work: () => Promise<T>): Promise<T> {
    this.signal.throwIfAborted()
    const { clock, timeoutMs } = this.#options
    this.#deadlineMs = clock.now() + timeoutMs
    if (this.#timer === undefined) this.#watch(timeoutMs)
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#stopWaiting = reject
        work().then(resolve, reject)
      })
    } finally {
      this.#deadlineMs = Infinity
      this.#stopWaiting = ignore
    }
  }

  /** Closes the request, if it is still open, and lets go of the parent. */
  end (): void {
    this.#parent.removeEventListener('abort', this.#onParentAbort)
    this.#abort(ENDED)
  }

  #watch (delayMs: number): void {
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#timer = undefined
      const leftMs = this.#deadlineMs - this.#options.clock.now()
      if (leftMs <= 0) this.#abort(new ProviderError('provider_timeout'))
      else if (leftMs < Infinity) this.#watch(leftMs)
    }, delayMs)
  }

  #abort (reason: unknown): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#controller.abort(reason)
    this.#stopWaiting(this.signal.reason)
  }
}
