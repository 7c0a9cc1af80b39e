import type { FastifyBaseLogger } from 'fastify'
import type { Clock, Timer } from '../clock.ts'
import type { CallStore } from '../store/calls.ts'

/** A call whose stream never began shows as live for at most this much longer than its token is good for. */
const EVERY_MS = 30_000

/** Ends the records of calls that nobody else will end: Twilio was answered, and its stream never came. */
export class Reaper {
  readonly #clock: Clock
  readonly #calls: Pick<CallStore, 'completeUnconnected'>
  readonly #log: FastifyBaseLogger
  #timer: Timer | undefined
  #round: Promise<void> = Promise.resolve()
  #stopped = false

  constructor ({ clock, stores, log }: { clock: Clock, stores: { calls: Pick<CallStore, 'completeUnconnected'> }, log: FastifyBaseLogger }) {
    this.#clock = clock
    this.#calls = stores.calls
    this.#log = log
  }

  start (): void {
    if (this.#stopped) return
    this.#timer = this.#clock.setTimeout(() => { this.#round = this.#work().finally(() => this.start()) }, EVERY_MS)
  }

  async stop (): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#round
  }

  async #work (): Promise<void> {
    try {
      const ended = await this.#calls.completeUnconnected(new Date(this.#clock.now()))
      if (ended > 0) this.#log.warn({ ended }, 'calls whose stream never began')
    } catch (err) {
      this.#log.warn({ err }, 'calls whose stream never began could not be ended')
    }
  }
}
