import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Clock, Timer } from './clock.ts'

/** As much of Node's histogram as is read: nanoseconds. */
interface DelayHistogram { percentile (percentile: number): number, reset (): void }

const WINDOW_MS = 1000
/** One bad second is a garbage collection or a model being loaded; two in a row are load. */
const BAD_WINDOWS = 2

/**
 * How late the event loop runs. Audio is sent 400 ms ahead: a loop that is a quarter as late again and again answers late
 * already and will soon leave gaps, so it takes no further calls.
 */
export class LoopDelay {
  readonly #clock: Clock
  readonly #maxMs: number
  readonly #histogram: DelayHistogram
  #timer: Timer
  #badWindows = 0

  /** @param maxMs the 99th percentile of a second that is too late; 0: nothing is */
  constructor (clock: Clock, maxMs: number, histogram: DelayHistogram = startedHistogram()) {
    this.#clock = clock
    this.#maxMs = maxMs
    this.#histogram = histogram
    this.#timer = this.#next()
  }

  /** Whether further calls would harm those there are. */
  get tooLate (): boolean { return this.#badWindows >= BAD_WINDOWS }

  close (): void {
    this.#timer.cancel()
  }

  #next (): Timer {
    return this.#clock.setTimeout(() => {
      const lateMs = this.#histogram.percentile(99) / 1e6
      this.#histogram.reset()
      this.#badWindows = this.#maxMs > 0 && lateMs > this.#maxMs ? this.#badWindows + 1 : 0
      this.#timer = this.#next()
    }, WINDOW_MS)
  }
}

function startedHistogram (): DelayHistogram {
  const histogram = monitorEventLoopDelay()
  histogram.enable()
  return histogram
}
