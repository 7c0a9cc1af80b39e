import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import { publicUrl, type Config } from '../config.ts'
import { EarshotError } from '../errors.ts'
import type { KeptMessage, MessageRecord } from '../store/messages.ts'
import { deliveryStatusOf } from '../store/outgoing-messages.ts'
import type { Stores } from '../store/stores.ts'
import { accountOf } from '../twilio/account.ts'
import { failureOf } from '../twilio/message-failures.ts'
import { isAmbiguous, TwilioRefusal } from '../twilio/rest-errors.ts'
import { CLOCK_SKEW_MS, SETTLE_MS, type TwilioAccount, type TwilioRest } from '../twilio/rest.ts'
import { checkText, isDayFull } from './guard.ts'

export interface MessengerDeps {
  config: Config
  clock: Clock
  stores: Stores
  rest: Pick<TwilioRest, 'sendMessage' | 'listMessages'>
  log: FastifyBaseLogger
}

/** A text message to send, its numbers in E.164. */
export type Text = Pick<MessageRecord, 'fromNumber' | 'toNumber' | 'body' | 'agentId'>

/** Longer than handing a message over takes: after this, one whose process died is another's. */
const LEASE_MS = 60_000
/** After a refusal for now (https://www.twilio.com/docs/api/errors/20429). */
const RETRY_MS = 10_000
/** An hour late, a text message is no answer any more. */
const GIVE_UP_MS = 3_600_000
/** Messages that are handed over in a round. */
const MAX_A_ROUND = 50
/** Twilio's code for somebody who has written STOP (https://www.twilio.com/docs/api/errors/21610). */
const OPTED_OUT = 21610

/** Sends text messages: each is stored before Twilio is asked, and Twilio has it at most once, whatever fails on the way. */
export class Messenger {
  readonly #deps: MessengerDeps

  constructor (deps: MessengerDeps) {
    this.#deps = deps
  }

  /**
   * Stores a message and hands it over to Twilio. Where that cannot be done now, or it is not known whether it was, the message is `queued` and `work` goes on with it.
   * @param key of a message that must be made once: asked for again, the first one is answered as it is
   * @throws EarshotError why it will not be sent, naming the field: `to`, `body`, `fromPhoneNumberId`; `store_unavailable`
   */
  async send (userId: string, text: Text, key?: string): Promise<MessageRecord> {
    const { stores: { messages } } = this.#deps
    await checkText(this.#deps, { userId, ...text })
    const { message, created } = await messages.queue(userId, text, LEASE_MS, key)
    if (created) await this.#handOver(message)
    const sent = await messages.find(userId, message._id)
    if (sent === undefined) throw new EarshotError('not_found')
    if (sent.status === 'failed') throw new EarshotError('conflict', `This message was not sent: ${sent.failure}`)
    return sent
  }

  /** Goes on with messages that were left: by a process that died, or because Twilio did not answer or wanted less. */
  async work (): Promise<void> {
    const { stores: { messages }, log } = this.#deps
    for (let n = 0; n < MAX_A_ROUND; n++) {
      const message = await messages.claimUnsent(LEASE_MS)
      if (message === undefined) return
      try {
        await this.#handOver(message)
      } catch (err) {
        log.warn({ err, messageId: message._id }, 'a text message was not sent')
      }
    }
  }

  /** Twilio tells how a message fares. @param messageId ours, for a message whose sid is not known yet */
  async delivered (userId: string, messageId: string | undefined, { messageSid, status: told, errorCode }: { messageSid: string, status: string, errorCode?: number }): Promise<void> {
    const { messages } = this.#deps.stores
    const status = deliveryStatusOf(told)
    // This may come before the answer to our request, or in its place.
    if (messageId !== undefined && await messages.find(userId, messageId) !== undefined) await messages.bindMessage(messageId, messageSid)
    if (status === undefined) return
    const message = await messages.noteDelivery(messageSid, { status, ...(errorCode === undefined ? {} : { errorCode, failure: failureOf(errorCode) }) })
    if (message !== undefined && errorCode === OPTED_OUT) await this.#optOut(message)
  }

  async #handOver (message: KeptMessage): Promise<void> {
    const { stores: { messages, callingRules }, clock } = this.#deps
    try {
      const account = await this.#account(message)
      if (message.askedAt !== undefined) {
        if (await this.#lookUp(message, account)) return
        const settledAtMs = message.askedAt.getTime() + SETTLE_MS
        if (clock.now() < settledAtMs) return await messages.sendLater(message, settledAtMs, true)
      }
      if (this.#isTooOld(message)) throw new EarshotError('conflict', 'Twilio could not be reached for an hour.')
      await checkText(this.#deps, message)
      const asking = await messages.ask(message, LEASE_MS)
      if (asking === undefined) return
      // Of two that race for the last place of the day both may see the other only now: both let it go, and then the older one finds it free.
      if (await isDayFull(this.#deps, asking, await callingRules.get(asking.userId))) return await messages.sendLater(asking, clock.now() + RETRY_MS, false)
      await this.#ask(asking, account)
    } catch (error) {
      if (!(error instanceof EarshotError) || error.code === 'store_unavailable') throw error
      if (error.retryable && !this.#isTooOld(message)) return await messages.sendLater(message, clock.now() + RETRY_MS, message.askedAt !== undefined)
      // Of what Twilio refused the reason is noted already.
      await messages.refuse(message, { failure: error.message })
      throw error
    }
  }

  async #ask (message: KeptMessage, account: TwilioAccount): Promise<void> {
    const { config, stores: { messages }, rest, clock } = this.#deps
    const { _id, fromNumber: from, toNumber: to, body } = message
    try {
      const { sid, status } = await rest.sendMessage(account, { from, to, body, statusCallback: `${publicUrl(config)}/twilio/sms-status?message=${_id}` })
      await this.#bind(message, sid, status)
    } catch (error) {
      if (isAmbiguous(error)) {
        const found = await this.#lookUp(message, account).catch(() => false)
        if (!found) await messages.sendLater(message, clock.now() + SETTLE_MS, true)
      } else if (error instanceof EarshotError && error.code === 'provider_rate_limited') {
        await messages.sendLater(message, clock.now() + RETRY_MS, false)
      } else {
        if (error instanceof TwilioRefusal) {
          await messages.refuse(message, { errorCode: error.twilioCode, failure: error.message })
          if (error.twilioCode === OPTED_OUT) await this.#optOut(message)
        }
        throw error
      }
    }
  }

  /** Whether the message is in Twilio's list: made since Twilio was asked, with the same text, and no other one's. */
  async #lookUp (message: KeptMessage, account: TwilioAccount): Promise<boolean> {
    const sinceMs = (message.askedAt?.getTime() ?? 0) - CLOCK_SKEW_MS
    const listed = await this.#deps.rest.listMessages(account, { from: message.fromNumber, to: message.toNumber })
    // A trial account's messages begin with a notice of Twilio's.
    const candidates = listed.filter(({ body, createdAt }) => createdAt.getTime() >= sinceMs && body.endsWith(message.body)).reverse()
    for (const { sid, status } of candidates) {
      if (await this.#bind(message, sid, status)) return true
    }
    return false
  }

  async #bind (message: KeptMessage, sid: string, told: string): Promise<boolean> {
    const { messages } = this.#deps.stores
    const bound = await messages.bindMessage(message._id, sid)
    if (bound === undefined) return false
    const status = deliveryStatusOf(told)
    if (status !== undefined) await messages.noteDelivery(sid, { status })
    return true
  }

  #isTooOld ({ created_at: createdAt }: KeptMessage): boolean {
    return this.#deps.clock.now() - createdAt.getTime() > GIVE_UP_MS
  }

  async #optOut ({ userId, fromNumber, toNumber }: KeptMessage): Promise<void> {
    await this.#deps.stores.optOuts.stopMessages(userId, toNumber, fromNumber, `Twilio's error ${OPTED_OUT}`)
  }

  async #account ({ userId, fromNumber }: KeptMessage): Promise<TwilioAccount> {
    const { phones } = this.#deps.stores
    const phone = await phones.findActiveByNumber(fromNumber)
    if (phone?.userId !== userId) throw new EarshotError('invalid', 'The phone number to write from is not active.', { field: 'fromPhoneNumberId' })
    return accountOf(this.#deps.stores, phone)
  }
}
