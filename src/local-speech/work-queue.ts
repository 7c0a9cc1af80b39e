import { availableParallelism } from 'node:os'

/** Jobs in the order in which they came, a few at a time. Who has many small ones queues anew for each, so nobody waits for all of another's. */
export class WorkQueue {
  readonly #parallel: number
  readonly #waiting: Array<{ start: () => void }> = []
  #running = 0

  /** @param parallel one core is left to the gateway, whose audio must not stall */
  constructor (parallel = Math.max(1, availableParallelism() - 1)) {
    this.#parallel = parallel
  }

  /**
   * Runs the job when it is its turn.
   * @throws the signal's reason when it was aborted before that
   */
  async run<T> (job: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted()
    if (this.#running < this.#parallel) this.#running++
    else await this.#turn(signal)
    try {
      return await job()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running--
      else next.start()
    }
  }

  #turn (signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1)
        reject(signal.reason)
      }
      const entry = {
        start: () => {
          signal.removeEventListener('abort', leave)
          resolve()
        }
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.push(entry)
    })
  }
}
