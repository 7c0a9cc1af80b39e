import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Collection, Filter } from './collection.ts'
import { createId } from './id.ts'
import type { KeptMessage, MessageStore, NewMessage } from './messages.ts'

/** The statuses of an outgoing message in the order in which they count: one is never followed by an earlier one. */
const RANKED = ['queued', 'sending', 'sent', 'failed', 'undelivered', 'delivered', 'read'] as const
export type DeliveryStatus = typeof RANKED[number]

/** Twilio's words for a message that it has and has not begun to send, beside its own. */
const WAITING = new Set(['accepted', 'scheduled'])

/** Twilio's status of an outgoing message as Earshot's; undefined for one that says nothing of it. */
export const deliveryStatusOf = (status: string): DeliveryStatus | undefined =>
  WAITING.has(status) ? 'queued' : status === 'canceled' ? 'failed' : RANKED.find((known) => known === status)

/** How a message fares, as Twilio tells. */
export interface Delivery { status: DeliveryStatus, errorCode?: number, failure?: string }

/**
 * Messages that go out: stored as `queued` before Twilio is asked. `sendAtMs` is the lease of whoever hands the message over, and goes when
 * Twilio has it, or never will; `askedAt` says that Twilio may have it.
 */
export interface OutgoingMessages {
  /** Stores a message that is the caller's to hand over for `leaseMs`. @param key of a message that must be made once */
  queue (userId: string, message: Pick<NewMessage, 'fromNumber' | 'toNumber' | 'body' | 'agentId'>, leaseMs: number, key?: string): Promise<{ message: KeptMessage, created: boolean }>
  /** Takes a message that nobody has handed over, for `leaseMs`. */
  claimUnsent (leaseMs: number): Promise<KeptMessage | undefined>
  /** How many should have gone out by now. */
  countUnsent (): Promise<number>
  /** Notes that Twilio is being asked now. Undefined: somebody else has the message. */
  ask (claimed: KeptMessage, leaseMs: number): Promise<KeptMessage | undefined>
  /** Gives a message back. @param asked whether Twilio may have it */
  sendLater (claimed: KeptMessage, sendAtMs: number, asked: boolean): Promise<void>
  /** Notes Twilio's message. Answers the message as it is: its messageSid is another one when it has one already. Undefined: that one is another message's. */
  bindMessage (id: string, messageSid: string): Promise<KeptMessage | undefined>
  /** The message will not go out. Undefined: it has gone. */
  refuse (claimed: KeptMessage, why: Omit<Delivery, 'status'>): Promise<void>
  /** Notes how a message fares. What comes late, or again, changes nothing. Answers the message if it has changed. */
  noteDelivery (messageSid: string, delivery: Delivery): Promise<KeptMessage | undefined>
  /** A user's outgoing messages since an instant, without those that failed. @param before only the others that come before this one: that Twilio may have, and the older ones */
  countSent (userId: string, since: Date, before?: KeptMessage): Promise<number>
}

/** Stands in place of Twilio's SID until that is known. */
const PENDING = 'pending_'

export function outgoingMessages (collection: Collection<KeptMessage>, clock: Clock, create: MessageStore['create']): OutgoingMessages {
  const now = (): Date => new Date(clock.now())
  const later = (ms: number): number => clock.now() + ms
  const held = ({ _id, sendAtMs }: KeptMessage): Filter => ({ _id, sendAtMs: sendAtMs ?? { $exists: false } })
  return {
    queue: (userId, message, leaseMs, key) => create(userId, { ...message, messageSid: PENDING + createId(clock.now()), direction: 'outgoing', status: 'queued' }, { sendAtMs: later(leaseMs), ...(key === undefined ? {} : { key }) }),
    claimUnsent: (leaseMs) => collection.findOneAndUpdate({ sendAtMs: { $lte: clock.now() } }, { $set: { sendAtMs: later(leaseMs), updated_at: now() } }, { sort: { sendAtMs: 1 } }),
    countUnsent: () => collection.count({ sendAtMs: { $lte: clock.now() } }),
    ask: (claimed, leaseMs) => collection.findOneAndUpdate(held(claimed), { $set: { askedAt: now(), sendAtMs: later(leaseMs), updated_at: now() } }),
    async sendLater (claimed, sendAtMs, asked) {
      await collection.updateOne(held(claimed), { $set: { sendAtMs, updated_at: now() }, ...(asked ? {} : { $unset: { askedAt: true } }) })
    },
    async bindMessage (id, messageSid) {
      const message = await collection.findOne({ _id: id })
      if (message === undefined || !message.messageSid.startsWith(PENDING)) return message
      try {
        const bound = await collection.findOneAndUpdate({ _id: id, messageSid: message.messageSid }, { $set: { messageSid, updated_at: now() }, $unset: { sendAtMs: true, askedAt: true } })
        return bound ?? await collection.findOne({ _id: id })
      } catch (error) {
        if (error instanceof EarshotError && error.code === 'duplicate') return undefined
        throw error
      }
    },
    async refuse (claimed, why) {
      await collection.updateOne(held(claimed), { $set: { status: 'failed', ...why, updated_at: now() }, $unset: { sendAtMs: true, askedAt: true } })
    },
    async noteDelivery (messageSid, { status, errorCode, failure }) {
      const why = { ...(errorCode === undefined ? {} : { errorCode }), ...(failure === undefined ? {} : { failure }) }
      const earlier = RANKED.slice(0, RANKED.indexOf(status))
      const moved = await collection.findOneAndUpdate({ messageSid, status: { $in: earlier } }, {
        $set: { status, ...why, updated_at: now() },
        // What was amiss on the way is not amiss with what became of it in the end.
        ...(errorCode === undefined ? { $unset: { errorCode: true, failure: true } } : {})
      })
      if (moved !== undefined || errorCode === undefined) return moved
      return await collection.findOneAndUpdate({ messageSid, status, errorCode: { $exists: false } }, { $set: { ...why, updated_at: now() } })
    },
    countSent: (userId, since, before) => collection.count({
      userId,
      direction: 'outgoing',
      status: { $ne: 'failed' },
      created_at: { $gte: since },
      ...(before !== undefined && {
        _id: { $ne: before._id },
        $or: [{ sendAtMs: { $exists: false } }, { askedAt: { $exists: true } }, { created_at: { $lt: before.created_at } }, { created_at: before.created_at, _id: { $lt: before._id } }]
      })
    })
  }
}
