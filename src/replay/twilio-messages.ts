import type { Clock } from '../clock.ts'
import { makeSid } from './twilio-phone.ts'

type Form = Record<string, string | undefined>

/** A text message that the gateway sent. */
export interface SentMessage { sid: string, from: string, to: string, body: string, status: string, errorCode?: number, statusCallback: string, createdAtMs: number, sentAtMs?: number }

/** A text message to the gateway. */
export interface Text { from: string, to: string, body?: string, media?: Array<{ contentType: string, url: string }> }

/** One word, in any case, opts out or in again: Twilio answers these by itself, and tells the webhook of them all the same (https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out). */
const STOPS = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'OPTOUT', 'REVOKE'])
const STARTS = new Set(['START', 'YES', 'UNSTOP'])

const MAX_CHARACTERS = 1_600

/** The text messages of one account, as Twilio's REST API takes and lists them, and what it tells the gateway's webhooks (https://www.twilio.com/docs/messaging/api/message-resource). */
export class FakeTwilioMessages {
  readonly sent: SentMessage[] = []
  readonly #clock: Pick<Clock, 'now'>
  readonly #optedOut = new Set<string>()

  constructor (clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** Answers a request for a new message. */
  create ({ From: from = '', To: to = '', Body: body = '', StatusCallback: statusCallback = '' }: Form): { status: number, body: object } {
    if (!/^\+[1-9]\d{1,14}$/.test(to)) return refusal(21211, `Invalid 'To' Phone Number: ${to}`)
    if (body === '') return refusal(21602, 'Message body is required.')
    if (body.length > MAX_CHARACTERS) return refusal(21617, 'The concatenated message body exceeds the 1600 character limit')
    if (this.#optedOut.has(`${from} ${to}`)) return refusal(21610, 'Attempt to send to unsubscribed recipient')
    const message: SentMessage = { sid: makeSid('SM'), from, to, body, status: 'queued', statusCallback, createdAtMs: this.#clock.now() }
    this.sent.push(message)
    return { status: 201, body: bodyOf(message) }
  }

  /** Messages by From, To and the day they were sent, the newest first. One that has not been sent has no such day. */
  list (query: Form): object[] {
    const { From: from, To: to } = query
    const sentWithin = ({ sentAtMs }: SentMessage): boolean => {
      const [on, before, after] = [query['DateSent'], query['DateSent<'], query['DateSent>']]
      if (on === undefined && before === undefined && after === undefined) return true
      if (sentAtMs === undefined) return false
      const day = new Date(sentAtMs).toISOString().slice(0, 10)
      return (on === undefined || on.startsWith(day)) && (before === undefined || day <= before.slice(0, 10)) && (after === undefined || day >= after.slice(0, 10))
    }
    return this.sent.filter((message) => (from === undefined || message.from === from) && (to === undefined || message.to === to) && sentWithin(message)).reverse().map(bodyOf)
  }

  /** The message goes this way. Answers the callbacks, in the order in which Twilio's own machines send them; the network keeps none. */
  callbacks (sid: string, statuses: string[], errorCode?: number): Array<{ url: string, form: Record<string, string> }> {
    const message = this.sent.find((candidate) => candidate.sid === sid)
    if (message === undefined || message.statusCallback === '') return []
    return statuses.map((status) => {
      message.status = status
      if (status === 'sent') message.sentAtMs = this.#clock.now()
      const failed = status === 'failed' || status === 'undelivered'
      if (failed && errorCode !== undefined) message.errorCode = errorCode
      return {
        url: message.statusCallback,
        form: { MessageSid: sid, SmsSid: sid, MessageStatus: status, SmsStatus: status, From: message.from, To: message.to, ...(failed && errorCode !== undefined ? { ErrorCode: String(errorCode) } : {}) }
      }
    })
  }

  /** Somebody writes to the gateway. Answers the form that its webhook gets (https://www.twilio.com/docs/messaging/guides/webhook-request). */
  receive ({ from, to, body = '', media = [] }: Text): Record<string, string> {
    const word = body.trim().toUpperCase()
    if (STOPS.has(word)) this.#optedOut.add(`${to} ${from}`)
    if (STARTS.has(word)) this.#optedOut.delete(`${to} ${from}`)
    const sid = makeSid(media.length > 0 ? 'MM' : 'SM')
    return {
      MessageSid: sid,
      SmsMessageSid: sid,
      SmsSid: sid,
      SmsStatus: 'received',
      ApiVersion: '2010-04-01',
      From: from,
      To: to,
      Body: body,
      NumSegments: '1',
      NumMedia: String(media.length),
      ...Object.fromEntries(media.flatMap(({ contentType, url }, n) => [[`MediaContentType${n}`, contentType], [`MediaUrl${n}`, url]]))
    }
  }
}

const refusal = (code: number, message: string) => ({ status: 400, body: { code, message, status: 400, more_info: `https://www.twilio.com/docs/errors/${code}` } })

/** Twilio writes times as RFC 2822, in whole seconds. */
const time = (atMs: number | undefined): string | null => atMs === undefined ? null : new Date(atMs).toUTCString().replace('GMT', '+0000')

const bodyOf = ({ sid, from, to, body, status, errorCode, createdAtMs, sentAtMs }: SentMessage): object =>
  ({ sid, from, to, body, status, error_code: errorCode ?? null, direction: 'outbound-api', date_created: time(createdAtMs), date_sent: time(sentAtMs), date_updated: time(sentAtMs ?? createdAtMs) })
