import type { Clock } from '../clock.ts'

/** One finished turn: what was said, and of an interrupted reply only what was heard. */
export interface TranscriptTurn {
  role: 'user' | 'assistant' | 'system' | 'tool'
  text: string
  /** When it was said, in milliseconds since the epoch. */
  timestampMs: number
  interrupted?: boolean
  /** Milliseconds from the end of the caller's speech to each stage of the answer. */
  latency?: Record<string, number>
}

/** How a call ended. */
export interface CallSummary {
  endedAtMs: number
  /** A code, never what was said. */
  reason: string
}

/** Where a call's record is kept. Both may be repeated after an error without storing anything twice. */
export interface TranscriptSink {
  /** @throws when it could not be stored */
  append (index: number, turn: TranscriptTurn): Promise<void>
  complete (summary: CallSummary): Promise<void>
  /** Whether trying again can help. */
  isRetryable (error: unknown): boolean
}

type Job = { turn: TranscriptTurn } | { summary: CallSummary }

/** The first retry comes this soon, each next one after twice as long. */
const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 5000

/**
 * The one writer of a call's record: turns in their order, then the end. While the database is away it waits and tries
 * again; the call does not notice.
 */
export class TranscriptWriter {
  readonly #clock: Clock
  readonly #sink: TranscriptSink
  readonly #onError: (error: unknown, willRetry: boolean) => void
  readonly #jobs: Job[] = []
  #stored: number
  #wake: () => void = () => {}
  #running: Promise<void> | undefined

  /** @param firstIndex turns the record already has, when a call is resumed */
  constructor (clock: Clock, sink: TranscriptSink, onError: (error: unknown, willRetry: boolean) => void, firstIndex = 0) {
    this.#clock = clock
    this.#sink = sink
    this.#onError = onError
    this.#stored = firstIndex
  }

  add (turn: TranscriptTurn): void {
    this.#enqueue({ turn })
  }

  /** Resolves when everything is stored, the end of the call last. */
  finish (summary: CallSummary): Promise<void> {
    this.#enqueue({ summary })
    return this.#running ?? Promise.resolve()
  }

  /** Gives up: what is not stored yet is somebody else's to keep. A request that is under way may still succeed. Resolves `finish`. */
  surrender (): { turns: TranscriptTurn[], summary: CallSummary | undefined } {
    const left = this.#jobs.splice(0)
    this.#wake()
    return { turns: left.flatMap((job) => 'turn' in job ? [job.turn] : []), summary: left.flatMap((job) => 'summary' in job ? [job.summary] : [])[0] }
  }

  #enqueue (job: Job): void {
    this.#jobs.push(job)
    this.#running ??= this.#drain()
  }

  async #carryOut (job: Job): Promise<void> {
    if ('summary' in job) return await this.#sink.complete(job.summary)
    // The index is the record's next at the time of writing: a turn that could not be stored for good must leave no gap behind it.
    await this.#sink.append(this.#stored, job.turn)
    this.#stored++
  }

  async #drain (): Promise<void> {
    let retryMs = FIRST_RETRY_MS
    for (let job = this.#jobs[0]; job !== undefined; job = this.#jobs[0]) {
      try {
        await this.#carryOut(job)
        this.#jobs.shift()
        retryMs = FIRST_RETRY_MS
      } catch (error) {
        const retry = this.#sink.isRetryable(error)
        this.#tell(error, retry)
        if (retry) {
          await new Promise<void>((resolve) => {
            const timer = this.#clock.setTimeout(resolve, retryMs)
            this.#wake = () => {
              timer.cancel()
              resolve()
            }
          })
          retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)
        } else {
          this.#jobs.shift()
          retryMs = FIRST_RETRY_MS
        }
      }
    }
    this.#running = undefined
  }

  /** Whoever is told of a failure must not cause the next one. */
  #tell (error: unknown, willRetry: boolean): void {
    try {
      this.#onError(error, willRetry)
    } catch {}
  }
}
