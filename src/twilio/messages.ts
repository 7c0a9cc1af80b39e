import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { readMedia, type MediaMessage } from './media-message.ts'

/**
 * The messages of a media stream (https://www.twilio.com/docs/voice/media-streams/websocket-messages). Twilio adds fields and events
 * over time, so unknown ones are accepted and ignored.
 */
const Sid = Type.String({ minLength: 1, maxLength: 64 })

const ConnectedSchema = Type.Object({ event: Type.Literal('connected') })

const StartSchema = Type.Object({
  event: Type.Literal('start'),
  streamSid: Sid,
  start: Type.Object({
    callSid: Sid,
    accountSid: Type.Optional(Sid),
    customParameters: Type.Optional(Type.Record(Type.String(), Type.String())),
    mediaFormat: Type.Object({
      encoding: Type.Literal('audio/x-mulaw'),
      sampleRate: Type.Literal(8000),
      channels: Type.Literal(1)
    })
  })
})

const MediaSchema = Type.Object({
  event: Type.Literal('media'),
  streamSid: Sid,
  media: Type.Object({ track: Type.Optional(Type.String()), timestamp: Type.Optional(Type.Union([Type.String(), Type.Number()])), payload: Type.String() })
})

const DtmfSchema = Type.Object({
  event: Type.Literal('dtmf'),
  streamSid: Sid,
  dtmf: Type.Object({ digit: Type.String({ pattern: '^[0-9A-D*#]$' }) })
})

const MarkSchema = Type.Object({
  event: Type.Literal('mark'),
  streamSid: Sid,
  mark: Type.Object({ name: Type.String({ maxLength: 256 }) })
})

const StopSchema = Type.Object({ event: Type.Literal('stop'), streamSid: Type.Optional(Sid) })

export type TwilioMessage =
  | Static<typeof ConnectedSchema>
  | Static<typeof StartSchema>
  | MediaMessage
  | Static<typeof DtmfSchema>
  | Static<typeof MarkSchema>
  | Static<typeof StopSchema>
  /** An event that Earshot does not know, or audio that is not the caller's. */
  | { event: 'other' }

export type StartMessage = Static<typeof StartSchema>

const validators = {
  connected: Compile(ConnectedSchema),
  start: Compile(StartSchema),
  media: Compile(MediaSchema),
  dtmf: Compile(DtmfSchema),
  mark: Compile(MarkSchema),
  stop: Compile(StopSchema)
}

/** Why a message could not be read. The text names the field, and never its value. */
export class MalformedMessage extends Error {
  override name = 'MalformedMessage'
}

/** A message as it came: from the network its bytes. */
export type MessageText = string | Buffer

/**
 * Reads one message.
 * @throws {MalformedMessage} when it is not JSON, or a known event lacks what it must have
 */
export function parseMessage (text: MessageText): TwilioMessage {
  return typeof text === 'string' ? parsed(text) : readMedia(text) ?? parsed(text.toString())
}

function parsed (text: string): TwilioMessage {
  const message = parseJson(text)
  const event = typeof message === 'object' && message !== null && 'event' in message ? message.event : undefined
  if (typeof event !== 'string') throw new MalformedMessage('event: must be a string')
  switch (event) {
    case 'media': return parseMedia(message)
    case 'connected': return checked(validators.connected, message)
    case 'start': return checked(validators.start, message)
    case 'dtmf': return checked(validators.dtmf, message)
    case 'mark': return checked(validators.mark, message)
    case 'stop': return checked(validators.stop, message)
    default: return { event: 'other' }
  }
}

function parseJson (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new MalformedMessage('not JSON', { cause: error })
  }
}

function parseMedia (message: unknown): TwilioMessage {
  const { streamSid, media } = checked(validators.media, message)
  if (media.track !== undefined && media.track !== 'inbound') return { event: 'other' }
  const mulaw = Buffer.from(media.payload, 'base64')
  // Node decodes as much as it can of broken base64. Four characters carry three bytes, less one for each "=".
  const padding = media.payload.endsWith('==') ? 2 : media.payload.endsWith('=') ? 1 : 0
  if (media.payload.length % 4 !== 0 || mulaw.length !== media.payload.length / 4 * 3 - padding) throw new MalformedMessage('media.payload: is not base64')
  const timestampMs = media.timestamp === undefined ? NaN : Number(media.timestamp)
  return { event: 'media', streamSid, timestampMs: timestampMs >= 0 && timestampMs < Infinity ? timestampMs : undefined, mulaw }
}

interface Validator<T> {
  Check (value: unknown): value is T
  Errors (value: unknown): Array<{ instancePath: string, message: string }>
}

function checked<T> (validator: Validator<T>, value: unknown): T {
  if (validator.Check(value)) return value
  const [first] = validator.Errors(value)
  const field = first === undefined || first.instancePath === '' ? 'message' : first.instancePath.slice(1).replaceAll('/', '.')
  throw new MalformedMessage(`${field}: ${first?.message ?? 'is not valid'}`)
}

/** Builds the messages to one stream. Media goes out 25 times a second and call, so its frame is joined, not serialised. */
export class MessageWriter {
  readonly #mediaHead: string
  readonly #sid: string

  constructor (streamSid: string) {
    this.#sid = JSON.stringify(streamSid)
    this.#mediaHead = `{"event":"media","streamSid":${this.#sid},"media":{"payload":"`
  }

  media (mulaw: Uint8Array): string {
    return `${this.#mediaHead}${Buffer.from(mulaw.buffer, mulaw.byteOffset, mulaw.byteLength).toString('base64')}"}}`
  }

  mark (name: string): string {
    return `{"event":"mark","streamSid":${this.#sid},"mark":{"name":${JSON.stringify(name)}}}`
  }

  clear (): string {
    return `{"event":"clear","streamSid":${this.#sid}}`
  }
}
