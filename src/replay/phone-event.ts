/** One thing that happened on a call, seen from Twilio's end. Times are milliseconds since the call began. */
export type PhoneEvent = { atMs: number } & PhoneEventKind

export type PhoneEventKind =
  /** TwiML was fetched. */
  | { type: 'webhook', url: string, verbs: string[] }
  /** A verb other than Connect is carried out; `text` is what `<Say>` speaks. */
  | { type: 'verb', name: string, text: string, attributes: Record<string, string> }
  | { type: 'stream_opened', streamSid: string, url: string }
  | { type: 'stream_closed', by: 'twilio' | 'gateway', code: number, reason: string }
  /** The websocket could not be opened; Twilio goes on with the next verb. */
  | { type: 'stream_failed', url: string, reason: string }
  | { type: 'agent_started' }
  | { type: 'agent_stopped' }
  | { type: 'cleared', unheardMs: number }
  /** A mark went back to the gateway. */
  | { type: 'mark', name: string }
  | { type: 'digit', digit: string }
  /** The gateway did what Twilio would not accept. */
  | { type: 'protocol_error', reason: string }
  | { type: 'ended', by: EndedBy, reason: string }

/**
 * Who ended the call: the caller hung up, the gateway completed it (by REST or TwiML), or it failed as Twilio
 * calls fail (an application error is spoken and the call drops).
 */
export type EndedBy = 'caller' | 'gateway' | 'error'
