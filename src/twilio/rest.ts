import type { Twilio } from 'twilio'
import type { RequestOptions } from 'twilio/lib/base/RequestClient.js'
import type { CarrierStatus } from '../store/carrier.ts'
import { asEarshotError, numberIn } from './rest-errors.ts'

/** Whose calls: a registered phone's credentials. */
export interface TwilioAccount {
  accountSid: string
  authToken: string
}

/** What becomes of a call that is up (https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource). */
export type CallUpdate = { status: 'completed' } | { url: string } | { twiml: string }

/** A call to make (https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource). */
export interface CallToMake {
  from: string
  to: string
  /** Asked for TwiML when somebody answers. */
  url: string
  /** Told how the call fares. */
  statusCallback: string
  /** Twilio is to find out whether a machine answers, while the call goes on. */
  machines?: { detect: 'Enable' | 'DetectMessageEnd', /** Told who answered. */ callback: string }
}

/** A call as Twilio lists it. */
export interface ListedCall { sid: string, createdAt: Date }

/** A text message to send (https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource). */
export interface MessageToSend { from: string, to: string, body: string, /** Told how the message fares. */ statusCallback: string }

/** A message as Twilio lists it. */
export interface ListedMessage { sid: string, body: string, status: string, createdAt: Date }

/** A call as Twilio knows it (https://www.twilio.com/docs/voice/api/call-resource#call-properties). */
export interface FetchedCall {
  status: CarrierStatus
  endedAt?: Date
  durationSeconds?: number
  price?: number
  priceUnit?: string
  answeredBy?: string
}

/** An account as Twilio knows it (https://www.twilio.com/docs/iam/api/account). */
export interface FetchedAccount {
  status: string
  /** By Twilio's clock, to the second. */
  time?: Date
}

/**
 * Where a number leads (https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource). A trunk or an application comes before the
 * addresses, which Twilio then ignores; empty: none.
 */
export interface NumberSettings {
  voiceUrl: string
  voiceMethod: string
  statusCallback: string
  statusCallbackMethod: string
  smsUrl: string
  smsMethod: string
  voiceApplicationSid: string
  smsApplicationSid: string
  trunkSid: string
}

/** Twilio tells each of them by a request of its own; by default only the last. */
const STATUS_EVENTS = ['initiated', 'ringing', 'answered', 'completed']
/** A phone rings this long, about as often as people let it ring. */
const RING_SECONDS = 30
/** Calls or messages to one number from one number that are looked through for one that may have been made. */
const LISTED = 50

/** A request to Twilio answers in well under a second; after this long it is given up. */
const TIMEOUT_MS = 10_000
/** After this long a request does not arrive any more: what it was to make and is not in Twilio's list was not made. */
export const SETTLE_MS = 30_000
/** Twilio's clock and ours agree within this. */
export const CLOCK_SKEW_MS = 60_000
/** Twilio's code for a resource that is not there; of a call: it is over (https://www.twilio.com/docs/api/errors/20404). */
const NOT_FOUND = 20404

/** Twilio's REST API, at TWILIO_API_URL. */
export class TwilioRest {
  readonly #apiUrl: string
  #connect: Promise<(account: TwilioAccount) => Twilio> | undefined

  constructor (apiUrl: string) {
    this.#apiUrl = apiUrl
  }

  /** Hangs up. A call that is over already counts as done. @throws EarshotError as `updateCall` */
  async completeCall (account: TwilioAccount, callSid: string): Promise<void> {
    await this.updateCall(account, callSid, { status: 'completed' })
  }

  /** Makes Twilio ask `url` for what to do next; its media stream ends. False: the call is over. @throws EarshotError as `updateCall` */
  async redirectCall (account: TwilioAccount, callSid: string, url: string): Promise<boolean> {
    return await this.updateCall(account, callSid, { url })
  }

  /**
   * Changes a call that is up. False: it is over.
   * @throws EarshotError `provider_timeout`, `provider_rate_limited`, `provider_unavailable` (retryable) or `provider_rejected`
   */
  async updateCall (account: TwilioAccount, callSid: string, update: CallUpdate): Promise<boolean> {
    const client = await this.#client(account)
    try {
      await client.calls(callSid).update(update)
      return true
    } catch (error) {
      if (isNotFound(error)) return false
      throw asEarshotError(error)
    }
  }

  /** Makes a call. @throws EarshotError as `updateCall`; after `provider_timeout` and `provider_unavailable` the call may have been made all the same */
  async createCall (account: TwilioAccount, { machines, ...call }: CallToMake): Promise<{ sid: string }> {
    const client = await this.#client(account)
    try {
      const { sid } = await client.calls.create({
        ...call,
        statusCallbackEvent: STATUS_EVENTS,
        timeout: RING_SECONDS,
        ...(machines && { machineDetection: machines.detect, asyncAmd: 'true', asyncAmdStatusCallback: machines.callback })
      })
      return { sid }
    } catch (error) {
      throw asEarshotError(error)
    }
  }

  /** The latest calls from one number to another, the newest first. @throws EarshotError as `updateCall` */
  async listCalls (account: TwilioAccount, { from, to }: { from: string, to: string }): Promise<ListedCall[]> {
    const client = await this.#client(account)
    try {
      const calls = await client.calls.list({ from, to, limit: LISTED })
      return calls.map(({ sid, dateCreated }) => ({ sid, createdAt: dateCreated }))
    } catch (error) {
      throw asEarshotError(error)
    }
  }

  /** A call as Twilio knows it. Undefined: Twilio knows no such call. @throws EarshotError as `updateCall` */
  async fetchCall (account: TwilioAccount, callSid: string): Promise<FetchedCall | undefined> {
    const client = await this.#client(account)
    try {
      const { status, endTime, duration, price, priceUnit, answeredBy } = await client.calls(callSid).fetch()
      return {
        status,
        ...(isTime(endTime) && { endedAt: endTime }),
        ...(isNumber(duration) && { durationSeconds: Number(duration) }),
        ...(isNumber(price) && { price: Number(price), priceUnit }),
        ...(answeredBy && { answeredBy })
      }
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw asEarshotError(error)
    }
  }

  /**
   * Sends a text message.
   * @throws EarshotError as `createCall`; a TwilioRefusal tells Twilio's code
   */
  async sendMessage (account: TwilioAccount, message: MessageToSend): Promise<{ sid: string, status: string }> {
    const client = await this.#client(account)
    try {
      const { sid, status } = await client.messages.create(message)
      return { sid, status }
    } catch (error) {
      throw asEarshotError(error)
    }
  }

  /** The latest messages from one number to another, the newest first. Not by DateSent: one that still waits at Twilio has none. @throws EarshotError as `updateCall` */
  async listMessages (account: TwilioAccount, { from, to }: { from: string, to: string }): Promise<ListedMessage[]> {
    const client = await this.#client(account)
    try {
      const messages = await client.messages.list({ from, to, limit: LISTED })
      return messages.map(({ sid, body, status, dateCreated }) => ({ sid, body, status, createdAt: dateCreated }))
    } catch (error) {
      throw asEarshotError(error)
    }
  }

  /** The account itself. @throws EarshotError as `updateCall` */
  async fetchAccount (account: TwilioAccount): Promise<FetchedAccount> {
    const client = await this.#client(account)
    try {
      // Not by the resource's own method, which keeps the answer's headers to itself.
      const { statusCode, body, headers }: RawAnswer = await client.request({ method: 'get', uri: `${this.#apiUrl}/2010-04-01/Accounts/${account.accountSid}.json` })
      if (statusCode !== 200) throw Object.assign(new Error('refused'), { status: statusCode, code: memberOf(body, 'code') })
      const time = new Date(headers['date'] ?? '')
      return { status: String(memberOf(body, 'status')), ...(isTime(time) && { time }) }
    } catch (error) {
      throw asEarshotError(error)
    }
  }

  /** A number of the account's. Undefined: it has no such number. @throws EarshotError as `updateCall` */
  async findNumber (account: TwilioAccount, phoneNumber: string): Promise<NumberSettings & { sid: string } | undefined> {
    const client = await this.#client(account)
    try {
      // Twilio matches any part of a number.
      const numbers = await client.incomingPhoneNumbers.list({ phoneNumber, limit: LISTED })
      const number = numbers.find((candidate) => candidate.phoneNumber === phoneNumber)
      return number && { sid: number.sid, ...settingsOf(number) }
    } catch (error) {
      throw asEarshotError(error)
    }
  }

  /** Makes a number lead elsewhere. @returns how it is then. @throws EarshotError as `updateCall` */
  async setNumber (account: TwilioAccount, numberSid: string, settings: NumberSettings): Promise<NumberSettings> {
    const client = await this.#client(account)
    try {
      return settingsOf(await client.incomingPhoneNumbers(numberSid).update(settings))
    } catch (error) {
      throw asEarshotError(error)
    }
  }

  async #client (account: TwilioAccount): Promise<Twilio> {
    this.#connect ??= loadClient(this.#apiUrl)
    return (await this.#connect)(account)
  }
}

/** An answer as the package's HTTP client gives it; of a server that is not Twilio the body may be anything. */
interface RawAnswer { statusCode: number, body: unknown, headers: Record<string, string | undefined> }

const memberOf = (body: unknown, name: string): unknown => typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined

/** What Twilio does not have is null or empty. */
const settingsOf = (number: { [Field in keyof NumberSettings]: string | null }): NumberSettings => ({
  voiceUrl: number.voiceUrl ?? '',
  voiceMethod: number.voiceMethod ?? '',
  statusCallback: number.statusCallback ?? '',
  statusCallbackMethod: number.statusCallbackMethod ?? '',
  smsUrl: number.smsUrl ?? '',
  smsMethod: number.smsMethod ?? '',
  voiceApplicationSid: number.voiceApplicationSid ?? '',
  smsApplicationSid: number.smsApplicationSid ?? '',
  trunkSid: number.trunkSid ?? ''
})

const isNotFound = (error: unknown): boolean => numberIn(error, 'code') === NOT_FOUND || numberIn(error, 'status') === 404

/** Twilio's package makes a date of what is not known yet, too. */
const isTime = (time: Date | null | undefined): time is Date => time instanceof Date && time.getTime() > 0

const isNumber = (text: string | null | undefined): text is string => typeof text === 'string' && text !== '' && Number.isFinite(Number(text))

/** Loaded on the first use: the package takes 0.3 s, and a process that has just started should answer first. */
async function loadClient (apiUrl: string): Promise<(account: TwilioAccount) => Twilio> {
  const [{ default: twilio }, { default: RequestClient }] = await Promise.all([import('twilio'), import('twilio/lib/base/RequestClient.js')])
  const { origin } = new URL(apiUrl)

  /** twilio's own client knows one address per product; every request of ours goes to the configured one. */
  class ClientOfApiUrl extends RequestClient {
    override async request<T> (options: RequestOptions<T>) {
      const { pathname, search } = new URL(options.uri)
      return await super.request({ ...options, uri: `${origin}${pathname}${search}` })
    }
  }

  // One for all accounts: it holds the connections, and each request brings its own credentials.
  const httpClient = new ClientOfApiUrl({ timeout: TIMEOUT_MS })
  // Empty values keep the package from reading the process's environment.
  const env = { TWILIO_EDGE: '', TWILIO_REGION: '', TWILIO_LOG_LEVEL: '' }
  return ({ accountSid, authToken }) => twilio(accountSid, authToken, { httpClient, env })
}
