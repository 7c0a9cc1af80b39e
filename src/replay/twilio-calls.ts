import type { Clock } from '../clock.ts'
import { makeSid } from './twilio-phone.ts'

/** A form as Twilio's API reads it: a parameter that is given more than once is a list. */
export type Form = Record<string, string | string[] | undefined>

/** A call that the gateway asked for. */
export interface PlacedCall {
  sid: string
  from: string
  to: string
  url: string
  statusCallback: string
  machineDetection?: string
  asyncAmdStatusCallback?: string
  createdAtMs: number
  status: string
  answeredAtMs?: number
  endedAtMs?: number
  answeredBy?: string
  price?: string
}

/** A request that Twilio makes of the gateway. */
export interface Callback { url: string, form: Record<string, string> }

const TERMINAL = ['completed', 'busy', 'failed', 'no-answer', 'canceled']
/** The event that has to be asked for, by the status it tells (https://www.twilio.com/docs/voice/api/call-resource#statuscallbackevent). */
const EVENTS: Record<string, string> = { initiated: 'initiated', ringing: 'ringing', 'in-progress': 'answered' }
const SIP_CODES: Record<string, string> = { completed: '200', busy: '486', 'no-answer': '487', canceled: '487', failed: '404' }

/** The calls of one account, how they fare, and the callbacks that tell so. */
export class FakeTwilioCalls {
  readonly all: PlacedCall[] = []
  readonly #clock: Pick<Clock, 'now'>
  readonly #events = new Map<string, string[]>()
  readonly #sequences = new Map<string, number>()

  constructor (clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  find (sid: string): PlacedCall | undefined { return this.all.find((call) => call.sid === sid) }

  place (form: Form): PlacedCall {
    const text = (name: string) => String(form[name] ?? '')
    const call: PlacedCall = {
      sid: makeSid('CA'),
      from: text('From'),
      to: text('To'),
      url: text('Url'),
      statusCallback: text('StatusCallback'),
      ...(form['MachineDetection'] !== undefined && { machineDetection: text('MachineDetection'), asyncAmdStatusCallback: text('AsyncAmdStatusCallback') }),
      createdAtMs: this.#clock.now(),
      status: 'queued'
    }
    this.#events.set(call.sid, [form['StatusCallbackEvent'] ?? []].flat())
    this.all.push(call)
    return call
  }

  /**
   * The call goes on to another status.
   * @returns what Twilio tells the gateway of it; when and how often that arrives is the network's to say
   */
  progress ({ sid, from, to, statusCallback, ...call }: PlacedCall, status: string): Callback[] {
    const known = this.find(sid)
    if (known === undefined || TERMINAL.includes(known.status)) return []
    known.status = status
    const nowMs = this.#clock.now()
    if (status === 'in-progress') known.answeredAtMs = nowMs
    const over = TERMINAL.includes(status)
    if (over) known.endedAtMs = nowMs
    const sequence = this.#sequences.get(sid) ?? 0
    this.#sequences.set(sid, sequence + 1)
    if (!over && this.#events.get(sid)?.includes(EVENTS[status] ?? '') !== true) return []
    return [{
      url: statusCallback,
      form: {
        CallSid: sid,
        CallStatus: status,
        From: from,
        To: to,
        Direction: 'outbound-api',
        CallbackSource: 'call-progress-events',
        SequenceNumber: String(sequence),
        Timestamp: rfc2822(nowMs),
        ...(over && { CallDuration: String(secondsOf(known)), SipResponseCode: SIP_CODES[status] ?? '' })
      }
    }]
  }

  /** Twilio has made out who answered. */
  detect (call: PlacedCall, answeredBy: string): Callback[] {
    const known = this.find(call.sid)
    if (known?.asyncAmdStatusCallback === undefined) return []
    known.answeredBy = answeredBy
    return [{ url: known.asyncAmdStatusCallback, form: { CallSid: call.sid, AnsweredBy: answeredBy, MachineDetectionDuration: '3600' } }]
  }

  /** The calls that a query asks for, the newest first (https://www.twilio.com/docs/voice/api/call-resource#read-multiple-call-resources). */
  list (query: Form): PlacedCall[] {
    const day = (ms: number) => new Date(ms).toISOString().slice(0, 10)
    const from = String(query['StartTime>'] ?? '')
    const before = String(query['StartTime<'] ?? '\uffff')
    return this.all.filter((call) =>
      (query['From'] === undefined || call.from === query['From']) &&
      (query['To'] === undefined || call.to === query['To']) &&
      (query['Status'] === undefined || call.status === query['Status']) &&
      day(call.createdAtMs) >= from && day(call.createdAtMs) <= before).reverse()
  }
}

const secondsOf = ({ answeredAtMs, endedAtMs }: PlacedCall): number =>
  answeredAtMs === undefined || endedAtMs === undefined ? 0 : Math.ceil((endedAtMs - answeredAtMs) / 1000)

/** Twilio writes times as RFC 2822, in whole seconds. */
const rfc2822 = (ms: number): string => new Date(ms).toUTCString().replace('GMT', '+0000')

/** A call as the API answers it. What is not known yet is null. */
export const callBody = (call: PlacedCall): object => ({
  sid: call.sid,
  from: call.from,
  to: call.to,
  // The API's own list of statuses has no `initiated`.
  status: call.status === 'initiated' ? 'queued' : call.status,
  direction: 'outbound-api',
  date_created: rfc2822(call.createdAtMs),
  start_time: call.answeredAtMs === undefined ? null : rfc2822(call.answeredAtMs),
  end_time: call.endedAtMs === undefined ? null : rfc2822(call.endedAtMs),
  duration: call.endedAtMs === undefined ? null : String(secondsOf(call)),
  price: call.price ?? null,
  price_unit: 'USD',
  answered_by: call.answeredBy ?? null
})
