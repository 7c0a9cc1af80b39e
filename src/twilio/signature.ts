import webhooks from 'twilio/lib/webhooks/webhooks.js'
import { publicUrl, streamUrl, type Config } from '../config.ts'

/** What Twilio signs is the address it was told to call, so PUBLIC_URL counts and never the Host header, which anybody can set. */
export type SignedRequest = { header: string | string[] | undefined, authToken: string }

/**
 * Whether Twilio made this request of a webhook: HMAC-SHA1 over the public address and the sorted form fields
 * (https://www.twilio.com/docs/usage/security#validating-requests). Anything amiss is a no.
 * @param rawUrl path and query exactly as they came over the wire
 * @param form every field of the body, decoded
 */
export function isSignedWebhook (config: Config, { header, authToken }: SignedRequest, rawUrl: string, form: Record<string, unknown>): boolean {
  // A request line may hold a whole address in place of a path.
  if (!rawUrl.startsWith('/')) return false
  return isSigned(authToken, header, `${publicUrl(config)}${rawUrl}`, form)
}

/**
 * Whether Twilio opened this media socket. Its handshake is signed over the wss:// address without fields,
 * in some cases with a slash at the end (https://www.twilio.com/docs/voice/media-streams#signature-validation).
 */
export function isSignedStream (config: Config, { header, authToken }: SignedRequest): boolean {
  const url = streamUrl(config)
  return [url, `${url}/`].some((candidate) => isSigned(authToken, header, candidate, {}))
}

function isSigned (authToken: string, header: SignedRequest['header'], url: string, form: Record<string, unknown>): boolean {
  // With an empty token anybody could compute the signature.
  if (authToken === '' || typeof header !== 'string') return false
  return webhooks.validateRequest(authToken, header, url, form)
}
