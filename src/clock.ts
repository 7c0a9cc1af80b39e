/**
 * Time as the call engine sees it. Every duration in Earshot goes through a Clock, so that a test or a replay
 * can advance it by hand and get the same call every time.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. Never goes back, also when the machine's wall clock is set. */
  now (): number
  /** Calls `fn` once, `delayMs` from now. The timer does not keep the process alive. */
  setTimeout (fn: () => void, delayMs: number): Timer
}

export interface Timer { cancel (): void }

/** The machine's time: monotonic, anchored at the wall clock of the process's start. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  setTimeout (fn, delayMs) {
    const handle = setTimeout(fn, delayMs)
    handle.unref()
    return { cancel: () => clearTimeout(handle) }
  }
}

interface VirtualTimer { atMs: number; order: number; fn: () => void }

/**
 * A clock that stands still until it is advanced. Between two timers it lets every promise settle, so code that
 * awaits runs as it would in real time, only without the waiting.
 */
export class VirtualClock implements Clock {
  #nowMs: number
  #order = 0
  readonly #timers = new Set<VirtualTimer>()
  readonly #settlers = new Set<() => Promise<void>>()

  /** @param startMs where the clock starts, in milliseconds since the epoch */
  constructor (startMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs
  }

  now (): number { return this.#nowMs }

  setTimeout (fn: () => void, delayMs: number): Timer {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, fn }
    this.#timers.add(timer)
    return { cancel: () => this.#timers.delete(timer) }
  }

  /** Timers that have not fired: what a finished call must have left at zero. */
  get pendingTimers (): number { return this.#timers.size }

  /** Real work outside the clock (an inference in a thread) that must finish before time moves on. */
  addSettler (settle: () => Promise<void>): () => void {
    this.#settlers.add(settle)
    return () => this.#settlers.delete(settle)
  }

  /** Moves time forward, firing every timer that falls due, in order. */
  async advance (byMs: number): Promise<void> {
    const untilMs = this.#nowMs + byMs
    await this.settle()
    for (let timer = this.#next(untilMs); timer !== undefined; timer = this.#next(untilMs)) {
      this.#timers.delete(timer)
      this.#nowMs = Math.max(this.#nowMs, timer.atMs)
      timer.fn()
      await this.settle()
    }
    this.#nowMs = untilMs
  }

  /** Lets everything that can happen without time passing happen: promises that settle, files that are read, modules that are loaded, and what these start in turn. */
  async settle (): Promise<void> {
    do {
      await macrotask()
      await this.#settleOutside()
    } while (isWorking())
  }

  async #settleOutside (): Promise<void> {
    const settled = new Set<() => Promise<void>>()
    for (let waiting = [...this.#settlers]; waiting.length > 0; waiting = [...this.#settlers].filter((settle) => !settled.has(settle))) {
      for (const settle of waiting) {
        settled.add(settle)
        await settle()
      }
      await macrotask()
    }
  }

  #next (untilMs: number): VirtualTimer | undefined {
    let next: VirtualTimer | undefined
    for (const timer of this.#timers) {
      if (timer.atMs > untilMs) continue
      if (next === undefined || timer.atMs < next.atMs || (timer.atMs === next.atMs && timer.order < next.order)) next = timer
    }
    return next
  }
}

/** The microtask queue is empty when a macrotask runs: one turn of the loop settles any chain of resolved promises. */
const macrotask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Requests for files; and for another thread's work, such as that of the thread through which a module loader loads. */
const REAL_WORK = new Set(['FSReqPromise', 'FSReqCallback', 'CloseReq', 'MessagePort'])

/** Whether Node.js is at work on something that takes as long as this machine needs, which must not change what happens when. */
const isWorking = (): boolean => process.getActiveResourcesInfo().some((kind) => REAL_WORK.has(kind))
