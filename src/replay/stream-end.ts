import type { Transport } from './transport.ts'

export interface StreamIds {
  accountSid: string
  callSid: string
  streamSid: string
}

/** What the gateway sends us. */
export interface FromGateway {
  media (mulaw: Uint8Array): void
  mark (name: string): void
  clear (): void
  /** Something Twilio would not accept, with the reason. */
  invalid (reason: string): void
}

/** How audio is written in the messages' JSON. */
export interface Base64 {
  encode (bytes: Uint8Array): string
  decode (text: string): Uint8Array
}

const nodeBase64: Base64 = {
  encode: ({ buffer, byteOffset, length }) => Buffer.from(buffer, byteOffset, length).toString('base64'),
  decode: (text) => Buffer.from(text, 'base64')
}

/**
 * Twilio's end of one Media Stream: numbers and writes the messages to the gateway, reads those from it
 * (https://www.twilio.com/docs/voice/media-streams/websocket-messages).
 */
export class StreamEnd {
  readonly #transport: Pick<Transport, 'send' | 'onMessage'>
  readonly #ids: StreamIds
  readonly #from: FromGateway
  readonly #base64: Base64
  #sequence = 0
  #chunk = 0

  /** @param base64 a browser has its own */
  constructor (transport: Pick<Transport, 'send' | 'onMessage'>, ids: StreamIds, from: FromGateway, base64 = nodeBase64) {
    this.#transport = transport
    this.#ids = ids
    this.#from = from
    this.#base64 = base64
    transport.onMessage((text) => this.#receive(text))
  }

  open (customParameters: Record<string, string>): void {
    const { accountSid, callSid, streamSid } = this.#ids
    this.#transport.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }))
    this.#sendNumbered('start', {
      start: {
        accountSid,
        streamSid,
        callSid,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters
      }
    })
  }

  /** @param timestampMs milliseconds since the stream began */
  media (mulaw: Uint8Array, timestampMs: number): void {
    this.#sendNumbered('media', {
      media: {
        track: 'inbound',
        chunk: String(++this.#chunk),
        timestamp: String(Math.round(timestampMs)),
        payload: this.#base64.encode(mulaw)
      }
    })
  }

  dtmf (digit: string): void { this.#sendNumbered('dtmf', { dtmf: { track: 'inbound_track', digit } }) }

  mark (name: string): void { this.#sendNumbered('mark', { mark: { name } }) }

  stop (): void {
    const { accountSid, callSid } = this.#ids
    this.#sendNumbered('stop', { stop: { accountSid, callSid } })
  }

  #sendNumbered (event: string, body: Record<string, unknown>): void {
    this.#transport.send(JSON.stringify({ event, sequenceNumber: String(++this.#sequence), ...body, streamSid: this.#ids.streamSid }))
  }

  #receive (text: string): void {
    const message = parseObject(text)
    if (message === undefined) return this.#from.invalid('not a JSON object in a text frame')
    if (message.streamSid !== this.#ids.streamSid) return this.#from.invalid(`streamSid ${String(message.streamSid)} is not this stream's`)
    const payload = memberOf(message.media, 'payload')
    const name = memberOf(message.mark, 'name')
    switch (message.event) {
      case 'media': return payload === undefined ? this.#from.invalid('media without media.payload') : this.#from.media(this.#base64.decode(payload))
      case 'mark': return name === undefined ? this.#from.invalid('mark without mark.name') : this.#from.mark(name)
      case 'clear': return this.#from.clear()
      default: return this.#from.invalid(`unknown event ${String(message.event)}`)
    }
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const parseObject = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A string member of what should be an object. */
const memberOf = (value: unknown, name: string): string | undefined => {
  const member = isObject(value) ? value[name] : undefined
  return typeof member === 'string' ? member : undefined
}
