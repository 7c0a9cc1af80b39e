import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import { Rounds } from '../rounds.ts'
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
export class WebhookWorker extends Rounds {
  readonly #deps: WebhookWorkerDeps
  #cleanAtMs = 0

  constructor (deps: WebhookWorkerDeps) {
    super(deps.clock, ROUND_MS, () => this.work(), (err) => deps.log.warn({ err }, 'webhooks could not be worked on'))
    this.#deps = deps
  }

  override async stop (): Promise<void> {
    await super.stop()
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
