import type { FastifyBaseLogger } from 'fastify'
import type { Clock, Timer } from '../clock.ts'
import type { WebhookDeliveryStore } from '../store/webhook-deliveries.ts'
import type { Announcer } from './announcer.ts'
import type { WebhookSender } from './sender.ts'

export interface WebhookWorkerDeps {
  clock: Clock
  stores: { webhookDeliveries: Pick<WebhookDeliveryStore, 'removeFinished'> }
  announcer: Pick<Announcer, 'look'>
  sender: Pick<WebhookSender, 'work' | 'stop'>
  log: FastifyBaseLogger
}

const ROUND_MS = 500
/** The log of deliveries goes back this far. */
const KEEP_MS = 30 * 86_400_000
const CLEAN_EVERY_MS = 3_600_000

/** Tells users' webhooks what happens, again and again. Any number of processes may do so on one database. */
export class WebhookWorker {
  readonly #deps: WebhookWorkerDeps
  #timer: Timer | undefined
  #round: Promise<void> = Promise.resolve()
  #stopped = false
  #cleanAtMs = 0

  constructor (deps: WebhookWorkerDeps) {
    this.#deps = deps
  }

  start (): void {
    if (this.#stopped) return
    this.#timer = this.#deps.clock.setTimeout(() => {
      this.#round = this.work()
        .catch((err: unknown) => this.#deps.log.warn({ err }, 'webhooks could not be worked on'))
        .finally(() => this.start())
    }, ROUND_MS)
  }

  async stop (): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#round
    await this.#deps.sender.stop()
  }

  /** One round. */
  async work (): Promise<void> {
    const { clock, stores, announcer, sender } = this.#deps
    await announcer.look()
    await sender.work()
    if (clock.now() < this.#cleanAtMs) return
    this.#cleanAtMs = clock.now() + CLEAN_EVERY_MS
    await stores.webhookDeliveries.removeFinished(new Date(clock.now() - KEEP_MS))
  }
}
