import type { Clock, Timer } from './clock.ts'

/** Work in the background that is done again and again: each round begins a while after the one before has ended, however that went. */
export class Rounds {
  readonly #clock: Clock
  readonly #everyMs: number
  readonly #work: () => Promise<void>
  readonly #onFailed: (error: unknown) => void
  #timer: Timer | undefined
  #round: Promise<void> = Promise.resolve()
  #stopped = false

  /** @param onFailed told why a round has failed; the next one comes all the same */
  constructor (clock: Clock, everyMs: number, work: () => Promise<void>, onFailed: (error: unknown) => void) {
    this.#clock = clock
    this.#everyMs = everyMs
    this.#work = work
    this.#onFailed = onFailed
  }

  /** Whether a round that goes on is to take up nothing new. */
  get stopped (): boolean { return this.#stopped }

  /** @param afterMs until the first round */
  start (afterMs = this.#everyMs): void {
    this.#next(afterMs)
  }

  /** Begins no further round, for good, and waits for the one that goes on. */
  async stop (): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#round
  }

  #next (afterMs: number): void {
    if (this.#stopped) return
    this.#timer = this.#clock.setTimeout(() => {
      this.#round = this.#work().catch(this.#onFailed).finally(() => this.#next(this.#everyMs))
    }, afterMs)
  }
}
