import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js'

/** Content type of every answer to Twilio. */
export const TWIML_TYPE = 'text/xml; charset=utf-8'

export interface StreamTarget {
  /** wss:// address, without a query: Twilio drops it. */
  url: string
  /** Arrive as `customParameters` of the stream's `start`; name and value together stay under 500 characters. */
  parameters: Record<string, string>
  /** Where Twilio goes on when the socket closes while the call is up. */
  thenUrl: string
  /** Told when the stream begins, ends or fails. */
  statusUrl: string
}

/** Connects the call's audio to a media socket in both directions (https://www.twilio.com/docs/voice/twiml/stream). */
export function connectStream ({ url, parameters, thenUrl, statusUrl }: StreamTarget): string {
  const response = new VoiceResponse()
  const stream = response.connect().stream({ url, statusCallback: statusUrl, statusCallbackMethod: 'POST' })
  for (const [name, value] of Object.entries(parameters)) stream.parameter({ name, value })
  response.redirect({ method: 'POST' }, thenUrl)
  return response.toString()
}

/** Speaks a sentence in Twilio's own voice, then hangs up. */
export function sayAndHangup (sentence: string): string {
  const response = new VoiceResponse()
  response.say(sentence)
  response.hangup()
  return response.toString()
}

/** Lets Twilio ask elsewhere what to do with the call (https://www.twilio.com/docs/voice/twiml/redirect). */
export function redirect (url: string, afterSeconds = 0): string {
  const response = new VoiceResponse()
  if (afterSeconds > 0) response.pause({ length: afterSeconds })
  response.redirect({ method: 'POST' }, url)
  return response.toString()
}

export function hangup (): string {
  const response = new VoiceResponse()
  response.hangup()
  return response.toString()
}

/**
 * Connects the caller to another number, in place of the stream (https://www.twilio.com/docs/voice/twiml/dial).
 * @param thenUrl told how that went, and asked what is next
 */
export function dial (number: string, thenUrl: string): string {
  const response = new VoiceResponse()
  response.dial({ action: thenUrl, method: 'POST' }, number)
  return response.toString()
}

/** Nothing to do: of a message, no reply (https://www.twilio.com/docs/messaging/twiml). */
export function emptyResponse (): string {
  return new VoiceResponse().toString()
}
