import { createHmac } from 'node:crypto'

/**
 * Twilio's X-Twilio-Signature: base64 of HMAC-SHA1, keyed with the auth token, over the URL followed by each POST parameter's
 * name and value in the order of the names (https://www.twilio.com/docs/usage/security#validating-requests). A websocket's
 * handshake has no parameters. Written from the page and not taken from twilio's package, which the gateway checks with.
 */
export const sign = (authToken: string, url: string, parameters: Record<string, string> = {}): string => {
  const signed = Object.keys(parameters).sort().reduce((text, name) => text + name + parameters[name], url)
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64')
}
