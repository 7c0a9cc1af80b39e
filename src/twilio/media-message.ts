/** A frame of the caller's audio. `timestampMs` is when it began, counted from the stream's start. */
export interface MediaMessage { event: 'media', streamSid: string, timestampMs: number | undefined, mulaw: Uint8Array }

const QUOTE = 0x22
const COMMA = 0x2c
const ZERO = 0x30
const COLON = 0x3a
const PAD = 0x3d
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d
const FIRST_PRINTED = 0x20
const LAST_PRINTED = 0x7e
const [EVENT, STREAM_SID, MEDIA, TRACK, INBOUND, TIMESTAMP, PAYLOAD] = [Buffer.from('event'), Buffer.from('streamSid'), Buffer.from('media'), Buffer.from('track'), Buffer.from('inbound'), Buffer.from('timestamp'), Buffer.from('payload')]

const NO_AUDIO = new Uint8Array(0)
const MAX_SID_LENGTH = 64
/** More could not be told apart as a number. */
const MAX_DIGITS = 15

/** What each character stands for in base64 (RFC 4648, section 4). */
const SIX_BITS = new Uint8Array(256).fill(64)
for (const [bits, character] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) SIX_BITS[character.charCodeAt(0)] = bits

/**
 * Reads a media message from its bytes, in the form in which Twilio sends it: an object of plain strings, one object `media` in it, no blanks. Fifty come in every
 * second of a call: made into strings and objects on the way, each takes three times as long.
 * @returns undefined for any other message, and for any other form of this one, which has to be read as JSON
 */
export function readMedia (json: Buffer): MediaMessage | undefined {
  const message: MediaMessage = { event: 'media', streamSid: '', timestampMs: undefined, mulaw: NO_AUDIO }
  let isMedia = false
  let hasPayload = false
  let depth = 1
  let at = 1
  if (json[0] !== OPEN) return undefined
  while (depth > 0) {
    const keyEnd = stringEnd(json, at)
    if (keyEnd < 0 || json[keyEnd + 1] !== COLON) return undefined
    const key = at + 1
    const from = keyEnd + 3
    at = keyEnd + 2
    if (json[at] === OPEN) {
      // A second one would leave it to the reader which of them counts.
      if (depth > 1 || hasPayload || !spells(json, key, keyEnd, MEDIA)) return undefined
      depth++
      at++
      continue
    }
    const to = stringEnd(json, at)
    if (to < 0) return undefined
    if (depth === 1) {
      if (spells(json, key, keyEnd, EVENT)) {
        if (!spells(json, from, to, MEDIA)) return undefined
        isMedia = true
      } else if (spells(json, key, keyEnd, STREAM_SID)) message.streamSid = json.toString('latin1', from, to)
    } else if (spells(json, key, keyEnd, PAYLOAD)) {
      const mulaw = base64(json, from, to)
      if (mulaw === undefined) return undefined
      message.mulaw = mulaw
      hasPayload = true
    } else if (spells(json, key, keyEnd, TIMESTAMP)) {
      message.timestampMs = wholeNumber(json, from, to)
      if (message.timestampMs === undefined) return undefined
    } else if (spells(json, key, keyEnd, TRACK) && !spells(json, from, to, INBOUND)) return undefined
    for (at = to + 1; depth > 0 && json[at] === CLOSE; at++) depth--
    if (depth > 0 && json[at++] !== COMMA) return undefined
  }
  return isMedia && hasPayload && message.streamSid !== '' && message.streamSid.length <= MAX_SID_LENGTH && at === json.length ? message : undefined
}

/** Where the string that begins here ends: at its closing quote. Negative: there is none, or it holds more than printed ASCII. */
function stringEnd (json: Buffer, at: number): number {
  if (json[at] !== QUOTE) return -1
  for (let i = at + 1; i < json.length; i++) {
    const character = json[i]!
    if (character === QUOTE) return i
    if (character < FIRST_PRINTED || character > LAST_PRINTED || character === BACKSLASH) return -1
  }
  return -1
}

function spells (json: Buffer, from: number, to: number, word: Buffer): boolean {
  if (to - from !== word.length) return false
  for (let i = 0; i < word.length; i++) if (json[from + i] !== word[i]) return false
  return true
}

function wholeNumber (json: Buffer, from: number, to: number): number | undefined {
  if (from === to || to - from > MAX_DIGITS) return undefined
  let value = 0
  for (let i = from; i < to; i++) {
    const digit = json[i]! - ZERO
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  return value
}

function base64 (json: Buffer, from: number, to: number): Buffer | undefined {
  if ((to - from) % 4 !== 0) return undefined
  const padding = to === from || json[to - 1] !== PAD ? 0 : json[to - 2] !== PAD ? 1 : 2
  // From Node's pool: an array of its own for every frame would be one more call of malloc.
  const bytes = Buffer.allocUnsafe((to - from) / 4 * 3 - padding)
  const end = padding === 0 ? to : to - 4
  let at = 0
  for (let i = from; i < end; i += 4) {
    const a = SIX_BITS[json[i]!]!
    const b = SIX_BITS[json[i + 1]!]!
    const c = SIX_BITS[json[i + 2]!]!
    const d = SIX_BITS[json[i + 3]!]!
    if ((a | b | c | d) > 63) return undefined
    bytes[at] = a << 2 | b >> 4
    bytes[at + 1] = b << 4 | c >> 2
    bytes[at + 2] = c << 6 | d
    at += 3
  }
  if (padding === 0) return bytes
  const [a, b, c] = [SIX_BITS[json[end]!]!, SIX_BITS[json[end + 1]!]!, padding === 2 ? 0 : SIX_BITS[json[end + 2]!]!]
  if ((a | b | c) > 63) return undefined
  bytes[at] = a << 2 | b >> 4
  if (padding === 1) bytes[at + 1] = b << 4 | c >> 2
  return bytes
}
