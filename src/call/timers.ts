import type { Clock, Timer } from '../clock.ts'

/** Timers by name: setting one again replaces it, and all of them can be stopped at once. */
export class Timers<Name extends string> {
  readonly #clock: Clock
  readonly #timers = new Map<Name, Timer>()

  constructor (clock: Clock) {
    this.#clock = clock
  }

  set (name: Name, delayMs: number, fn: () => void): void {
    this.cancel(name)
    this.#timers.set(name, this.#clock.setTimeout(fn, delayMs))
  }

  cancel (name: Name): void {
    this.#timers.get(name)?.cancel()
    this.#timers.delete(name)
  }

  cancelAll (): void {
    for (const name of [...this.#timers.keys()]) this.cancel(name)
  }
}
