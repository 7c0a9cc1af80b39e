import type { Twilio } from 'twilio'
import type { RequestOptions } from 'twilio/lib/base/RequestClient.js'
import { EarshotError } from '../errors.ts'

/** Twilio's code for a message to somebody who has sent STOP (https://www.twilio.com/docs/api/errors/21610). */
const OPTED_OUT = 21610

/** Whose calls: a registered phone's credentials. */
export interface TwilioAccount {
  accountSid: string
  authToken: string
}

/** What becomes of a call that is up (https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource). */
export type CallUpdate = { status: 'completed' } | { url: string } | { twiml: string }

/** A request to Twilio answers in well under a second; after this long it is given up. */
const TIMEOUT_MS = 10_000
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
      if (numberIn(error, 'code') === NOT_FOUND || numberIn(error, 'status') === 404) return false
      throw asEarshotError(error)
    }
  }

  /**
   * Sends a text message (https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource).
   * @throws EarshotError `forbidden` when the recipient has opted out, else as `updateCall`
   */
  async sendMessage (account: TwilioAccount, message: { from: string, to: string, body: string }): Promise<{ sid: string }> {
    const client = await this.#client(account)
    try {
      const { sid } = await client.messages.create(message)
      return { sid }
    } catch (error) {
      if (numberIn(error, 'code') === OPTED_OUT) throw new EarshotError('forbidden', 'The recipient does not want text messages from this number.')
      throw asEarshotError(error)
    }
  }

  async #client (account: TwilioAccount): Promise<Twilio> {
    this.#connect ??= loadClient(this.#apiUrl)
    return (await this.#connect)(account)
  }
}

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

/** Twilio's own sentence may quote a phone number, so only its code is passed on. */
function asEarshotError (error: unknown): EarshotError {
  const status = numberIn(error, 'status')
  const code = numberIn(error, 'code')
  if (status === undefined) return new EarshotError(isTimeout(error) ? 'provider_timeout' : 'provider_unavailable', 'Twilio does not answer.')
  if (status === 429) return new EarshotError('provider_rate_limited', 'Twilio refused for now: too many requests.')
  if (status >= 500) return new EarshotError('provider_unavailable', `Twilio failed with HTTP status ${status}.`)
  return new EarshotError('provider_rejected', `Twilio refused the request: error ${code ?? status}.`)
}

/** axios's codes for a request that took too long. */
const isTimeout = (error: unknown): boolean => error instanceof Error && 'code' in error && ['ECONNABORTED', 'ETIMEDOUT'].includes(String(error.code))

function numberIn (error: unknown, name: 'code' | 'status'): number | undefined {
  const value: unknown = error instanceof Error ? Reflect.get(error, name) : undefined
  return typeof value === 'number' ? value : undefined
}
