import { sign } from './sign.ts'
import { parseTwiml, type Verb } from './twiml.ts'

export interface HttpAnswer { status: number, contentType: string, body: string }

/** Sends one POST: over the network, or straight into an app. */
export type HttpPost = (url: string, headers: Record<string, string>, body: string) => Promise<HttpAnswer>

/** Twilio waits this long for TwiML (https://www.twilio.com/docs/api/errors/11200). */
const WEBHOOK_TIMEOUT_MS = 15_000

export const fetchPost: HttpPost = async (url, headers, body) => {
  const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS) })
  return { status: answer.status, contentType: answer.headers.get('content-type') ?? '', body: await answer.text() }
}

/** The gateway's answer is one at which Twilio ends the call; `code` is Twilio's (https://www.twilio.com/docs/api/errors). */
export class WebhookError extends Error {
  readonly code: number
  readonly status: number | undefined

  constructor (code: number, message: string, status?: number) {
    super(message)
    this.name = 'WebhookError'
    this.code = code
    this.status = status
  }
}

/**
 * Posts a form to one of the gateway's webhooks, signed with the phone's auth token, and reads the TwiML.
 * @throws {WebhookError} 11200 when the answer is no success, 12300 when it is no XML, 12100 when it is no TwiML
 */
export const requestTwiml = async (post: HttpPost, url: string, authToken: string, parameters: Record<string, string>): Promise<Verb[]> => {
  const answer = await post(url, {
    'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
    'user-agent': 'TwilioProxy/1.1',
    'x-twilio-signature': sign(authToken, url, parameters)
  }, new URLSearchParams(parameters).toString())
  if (answer.status < 200 || answer.status > 299) throw new WebhookError(11200, `The webhook answered with HTTP status ${answer.status}.`, answer.status)
  if (answer.body === '') return []
  if (!/^(text|application)\/xml\b/i.test(answer.contentType)) throw new WebhookError(12300, `The webhook answered with the content type "${answer.contentType}", which is not XML.`, answer.status)
  try {
    return parseTwiml(answer.body)
  } catch (error) {
    throw new WebhookError(12100, `The webhook's answer is no TwiML: ${error instanceof Error ? error.message : String(error)}`, answer.status)
  }
}
