import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Stores } from '../store/stores.ts'
import type { OutboxRecord } from '../store/webhook-outbox.ts'
import type { EventType, WebhookRecord } from '../store/webhooks.ts'
import { callEnded, callStarted, callTurns, messageReceived, scheduleFinished, type WebhookEvent } from './events.ts'

export interface AnnouncerDeps {
  clock: Clock
  stores: Stores
  log: FastifyBaseLogger
}

/** For so long a user's webhooks are remembered; a change of them counts after that. */
const REMEMBER_MS = 5_000
/** How often a watched thing is looked at when nobody of this process says that it changed. */
const LOOK_EVERY_MS = 5_000
/** What was to happen and is not there by then has not happened. */
const GIVE_UP_MS = 10 * 60_000
/** A call whose stream was cut is taken up again within seconds, and of one that had none Twilio tells the end: before that it has not ended. */
const RESUME_MS = 60_000
const RESUMABLE = new Set(['connection_lost', 'shutdown', 'never_connected'])
/** Entries that are looked at in a round. */
const MAX_LOOKS = 500

const TYPES: Record<OutboxRecord['kind'], EventType[]> = { call: ['call.started', 'call.turn', 'call.ended'], message: ['message.received'], schedule: ['schedule.finished'] }

/** Makes deliveries of what the records say. Nothing that happens waits for it, and nothing that was watched is lost with a process. */
export class Announcer {
  readonly #deps: AnnouncerDeps
  readonly #remembered = new Map<string, { untilMs: number, webhooks: Promise<WebhookRecord[]> }>()
  /** What this process watches, by kind and key, and what of it has changed. */
  readonly #watched = new Map<string, string>()
  readonly #changed = new Set<string>()

  constructor (deps: AnnouncerDeps) {
    this.#deps = deps
  }

  /** Notes that something is about to happen, where somebody wants to know. A failure is logged: what happens is worth more than the telling. */
  async watch (userId: string, kind: OutboxRecord['kind'], key: string): Promise<void> {
    try {
      if (!(await this.#webhooksOf(userId)).some(({ events }) => events.some((type) => TYPES[kind].includes(type)))) return
      const id = await this.#deps.stores.webhookOutbox.watch(userId, kind, key)
      this.#watched.set(`${kind} ${key}`, id)
      this.#changed.add(id)
    } catch (err) {
      this.#deps.log.warn({ err, kind, ...callSidOf(kind, key) }, 'an event cannot be told of')
    }
  }

  /** Says that something has changed; it is looked at in the next round. */
  changed (kind: OutboxRecord['kind'], key: string): void {
    const id = this.#watched.get(`${kind} ${key}`)
    if (id !== undefined) this.#changed.add(id)
  }

  /** One round: stores deliveries for all that is new. */
  async look (): Promise<void> {
    const { webhookOutbox } = this.#deps.stores
    const ids = [...this.#changed]
    this.#changed.clear()
    for (const id of ids) {
      const entry = await webhookOutbox.take(LOOK_EVERY_MS, id)
      if (entry !== undefined) await this.#tell(entry)
    }
    for (let n = 0; n < MAX_LOOKS; n++) {
      const entry = await webhookOutbox.take(LOOK_EVERY_MS)
      if (entry === undefined) break
      await this.#tell(entry)
    }
  }

  async #tell (entry: OutboxRecord): Promise<void> {
    const { stores, clock, log } = this.#deps
    try {
      const { events, over } = await this.#newsOf(entry)
      for (const event of events) await this.#enqueue(entry.userId, event)
      if (events.length > 0 && !over) await stores.webhookOutbox.tell(entry._id, entry.told + events.length)
      if (!over && (events.length > 0 || clock.now() - entry.updated_at.getTime() < GIVE_UP_MS || entry.told > 0)) return
      await stores.webhookOutbox.close(entry)
      this.#watched.delete(`${entry.kind} ${entry.key}`)
    } catch (err) {
      log.warn({ err, kind: entry.kind, ...callSidOf(entry.kind, entry.key) }, 'an event could not be stored for delivery; it is tried again')
    }
  }

  async #newsOf ({ kind, key, userId, told }: OutboxRecord): Promise<{ events: WebhookEvent[], over: boolean }> {
    const { stores, clock } = this.#deps
    if (kind === 'message') {
      const { items: [message] } = await stores.messages.list(userId, { filter: { messageSid: key }, limit: 1 })
      return message === undefined ? { events: [], over: false } : { events: [messageReceived(message)], over: true }
    }
    if (kind === 'schedule') {
      const schedule = await stores.scheduledCalls.find(userId, key)
      return schedule === undefined || schedule.status === 'pending' ? { events: [], over: false } : { events: [scheduleFinished(schedule)], over: true }
    }
    const call = await stores.calls.findBySid(key)
    // A call that is gone was removed by its owner.
    if (call === undefined || call.userId !== userId) return { events: [], over: told > 0 }
    const events = [callStarted(call), ...callTurns(call)].slice(told)
    const over = call.status === 'completed' && !(RESUMABLE.has(call.end_reason ?? '') && clock.now() - (call.end_time?.getTime() ?? 0) < RESUME_MS)
    return { events: over ? [...events, callEnded(call)] : events, over }
  }

  async #enqueue (userId: string, { id: eventId, type, subjectId, sequence, body }: WebhookEvent): Promise<void> {
    for (const { _id: webhookId, events } of await this.#webhooksOf(userId)) {
      if (events.some((wanted) => wanted === type)) await this.#deps.stores.webhookDeliveries.enqueue({ userId, webhookId, eventId, type, subjectId, sequence, body })
    }
  }

  async #webhooksOf (userId: string): Promise<WebhookRecord[]> {
    const { clock, stores } = this.#deps
    const remembered = this.#remembered.get(userId)
    if (remembered !== undefined && remembered.untilMs > clock.now()) return await remembered.webhooks
    for (const [user, { untilMs }] of this.#remembered) if (untilMs <= clock.now()) this.#remembered.delete(user)
    const webhooks = stores.webhooks.activeOf(userId)
    this.#remembered.set(userId, { untilMs: clock.now() + REMEMBER_MS, webhooks })
    webhooks.catch(() => this.#remembered.delete(userId))
    return await webhooks
  }
}

/** As the log names a call, so that its lines are found together. */
const callSidOf = (kind: OutboxRecord['kind'], key: string) => kind === 'call' ? { callSid: key } : {}
