import type { FastifyBaseLogger } from 'fastify'
import type { HttpFetch } from '../call/tools/http-tool.ts'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import { createId } from '../store/id.ts'
import type { Stores } from '../store/stores.ts'
import type { DeliveryRecord } from '../store/webhook-deliveries.ts'
import type { WebhookRecord } from '../store/webhooks.ts'
import { webhookTest } from './events.ts'
import { signedHeaders } from './sign.ts'

export interface SenderDeps {
  clock: Clock
  stores: Pick<Stores, 'webhooks' | 'webhookDeliveries'>
  fetch: HttpFetch
  log: FastifyBaseLogger
  metrics?: Pick<Metrics, 'webhookAttempts'>
  /** From 0 to 1, for the jitter. */
  random?: () => number
}

/** The first retries come fast, for a receiver that restarts; the last comes a day after the event, for one that was down over night. */
const FIRST_RETRY_MS = 5_000
const LONGEST_RETRY_MS = 4 * 3_600_000
const MAX_ATTEMPTS = 12
/** Retries spread over so much of their delay: receivers that come back are not met by all of them at once. */
const JITTER = 0.2
/** Receivers are to take a message in and work on it later. */
const TIMEOUT_MS = 10_000
/** Longer than an attempt: after this whoever made it is dead. */
const LEASE_MS = 30_000
/** Of an answer only its beginning is read, and kept for the log. */
const MAX_RESPONSE_BYTES = 1_024
const DUE_AT_ONCE = 500
/** What may be on its way at a time, in all and to one webhook: one that is slow must not hold up the others. */
const MAX_CHAINS = 64
const MAX_CHAINS_OF_WEBHOOK = 8
/** 410: the receiver wants no more. */
const GONE = 410

/** How long to wait after attempt number `attempts`. */
const delayMs = (attempts: number, random: () => number): number =>
  Math.min(FIRST_RETRY_MS * 4 ** (attempts - 1), LONGEST_RETRY_MS) * (1 + JITTER * (2 * random() - 1))

/** Sends what is stored. Of one call (or message, or schedule) the first attempts go in order; one that has failed waits for its retry, and those after it go on. */
export class WebhookSender {
  readonly #deps: SenderDeps
  readonly #random: () => number
  /** What is being sent, by webhook and subject. */
  readonly #chains = new Map<string, { webhookId: string, done: Promise<void> }>()
  readonly #stopping = new AbortController()

  constructor (deps: SenderDeps) {
    this.#deps = deps
    this.#random = deps.random ?? Math.random
  }

  /** One round: begins to send all that is due, and does not wait for it. */
  async work (): Promise<void> {
    const due = new Map<string, DeliveryRecord[]>()
    for (const delivery of await this.#deps.stores.webhookDeliveries.due(DUE_AT_ONCE)) {
      const chain = `${delivery.webhookId} ${delivery.subjectId}`
      due.set(chain, [...due.get(chain) ?? [], delivery])
    }
    for (const [key, deliveries] of due) {
      const webhookId = deliveries[0]?.webhookId ?? ''
      const ofWebhook = [...this.#chains.values()].filter((chain) => chain.webhookId === webhookId).length
      if (this.#stopping.signal.aborted || this.#chains.has(key) || this.#chains.size >= MAX_CHAINS || ofWebhook >= MAX_CHAINS_OF_WEBHOOK) continue
      const done = this.#sendInOrder(deliveries.sort((a, b) => a.sequence - b.sequence)).finally(() => this.#chains.delete(key))
      this.#chains.set(key, { webhookId, done })
    }
  }

  /** Resolves when nothing is on its way. */
  async idle (): Promise<void> {
    while (this.#chains.size > 0) await Promise.all([...this.#chains.values()].map(({ done }) => done))
  }

  /** Begins nothing more, and gives up what is on its way: it is sent again by whoever comes next. */
  async stop (): Promise<void> {
    this.#stopping.abort()
    await this.idle()
  }

  /** Sends a test message now, once. */
  async test ({ _id: webhookId, userId }: WebhookRecord): Promise<DeliveryRecord> {
    const { stores, clock } = this.#deps
    const { id: eventId, ...event } = webhookTest(webhookId, createId(clock.now()), new Date(clock.now()))
    const delivery = await stores.webhookDeliveries.enqueue({ ...event, eventId, userId, webhookId })
    const claimed = await stores.webhookDeliveries.claim(delivery._id, LEASE_MS)
    return (claimed && await this.#send(claimed)) ?? delivery
  }

  async #sendInOrder (deliveries: DeliveryRecord[]): Promise<void> {
    const { stores, log, metrics } = this.#deps
    try {
      for (const { _id } of deliveries) {
        if (this.#stopping.signal.aborted) return
        const claimed = await stores.webhookDeliveries.claim(_id, LEASE_MS)
        // Somebody else has it, and goes on with the others after it.
        if (claimed === undefined) return
        const outcome = (await this.#send(claimed))?.status
        if (outcome !== undefined) metrics?.webhookAttempts.inc({ outcome: outcome === 'pending' ? 'retried' : outcome })
      }
    } catch (err) {
      // The lease runs out, and then it is sent.
      log.warn({ err }, 'a webhook could not be worked on')
    }
  }

  async #send (delivery: DeliveryRecord): Promise<DeliveryRecord | undefined> {
    const { stores, clock, log } = this.#deps
    const webhook = await stores.webhooks.find(delivery.userId, delivery.webhookId)
    if (webhook === undefined || (!webhook.active && delivery.type !== 'webhook.test')) {
      return await stores.webhookDeliveries.settle(delivery, { status: 'failed', error: webhook === undefined ? 'The webhook was removed.' : 'The webhook is not active.' })
    }
    const startedAtMs = clock.now()
    const attempts = delivery.attempts + 1
    const tried = { attempts, lastAttemptAt: new Date(startedAtMs) }
    const failed = (mayRetry: boolean) => {
      const retry = mayRetry && attempts < MAX_ATTEMPTS && delivery.type !== 'webhook.test'
      return retry ? { ...tried, status: 'pending' as const, nextAttemptAt: new Date(clock.now() + delayMs(attempts, this.#random)) } : { ...tried, status: 'failed' as const }
    }
    try {
      const { status, body } = await this.#post(webhook, delivery)
      const answered = { responseStatus: status, responseMs: Math.round(clock.now() - startedAtMs), responseBody: body }
      if (status >= 200 && status < 300) return await stores.webhookDeliveries.settle(delivery, { ...tried, ...answered, status: 'delivered' })
      if (status === GONE) {
        log.info({ webhookId: webhook._id }, 'a webhook is gone, and switched off')
        await stores.webhooks.update(webhook.userId, webhook._id, { active: false, switchedOff: 'It answered 410 Gone.' })
      }
      return await stores.webhookDeliveries.settle(delivery, { ...failed(status !== GONE), ...answered, error: `It answered ${status}.` })
    } catch (error) {
      if (!(error instanceof EarshotError)) throw error
      return await stores.webhookDeliveries.settle(delivery, { ...failed(error.retryable), error: error.message })
    }
  }

  async #post (webhook: WebhookRecord, { eventId, body }: DeliveryRecord) {
    const { stores, clock, fetch } = this.#deps
    const late = new AbortController()
    const timer = clock.setTimeout(() => late.abort(new EarshotError('provider_timeout', `It did not answer within ${TIMEOUT_MS / 1_000} seconds.`)), TIMEOUT_MS)
    try {
      const headers = { 'content-type': 'application/json', 'user-agent': 'Earshot', ...signedHeaders(stores.webhooks.decryptSecrets(webhook), eventId, clock.now(), body) }
      return await fetch({ method: 'POST', url: webhook.url, headers, body, maxBytes: MAX_RESPONSE_BYTES }, AbortSignal.any([late.signal, this.#stopping.signal]))
    } finally {
      timer.cancel()
    }
  }
}
