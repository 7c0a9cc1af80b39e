import { test } from 'tap'
import fc from 'fast-check'
import { readMedia } from '../../src/twilio/media-message.ts'
import { MalformedMessage, parseMessage } from '../../src/twilio/messages.ts'

const SID = 'MZ0123456789abcdef0123456789abcdef'
/** As Twilio sends it: https://www.twilio.com/docs/voice/media-streams/websocket-messages#media-message. */
const sent = (mulaw: Uint8Array, chunk = 1) =>
  `{"event":"media","sequenceNumber":"${chunk + 1}","media":{"track":"inbound","chunk":"${chunk}","timestamp":"${chunk * 20}","payload":"${Buffer.from(mulaw).toString('base64')}"},"streamSid":"${SID}"}`

/** What the reader of JSON makes of it; undefined: nothing, or no audio. */
const asJson = (text: string): unknown => {
  try {
    const message = parseMessage(text)
    return message.event === 'media' ? message : undefined
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined
    throw error
  }
}

test('property: frames of any length are read from their bytes, as from JSON', (t) => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat({ max: 1e6 }), (mulaw, chunk) => {
    const read = readMedia(Buffer.from(sent(mulaw, chunk)))
    t.same(read, { event: 'media', streamSid: SID, timestampMs: chunk * 20, mulaw: Buffer.from(mulaw) }, { quiet: true })
  }))
  t.end()
})

test('property: whatever is read is what the reader of JSON would have read', (t) => {
  const frame = sent(new Uint8Array(20).fill(0x7f))
  const word = fc.constantFrom('event', 'media', 'streamSid', 'track', 'inbound', 'outbound', 'timestamp', 'payload', 'fwD/', 'fw==', 'fw=', '', '12', '-1', 'é', '\\', '"')
  const members = fc.array(fc.tuple(word, fc.oneof(word, fc.nat(), fc.dictionary(word, word))), { maxLength: 6 })
    .map((pairs) => `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`)
  const inserted = fc.tuple(fc.nat(frame.length), fc.nat({ max: 30 }), fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('{', '}', '"', ',', ':', '},{', ',"media":{}', '"event":"media",', '"streamSid":"MZ2",', '"payload":"fwD/"')))
    .map(([at, removed, text]) => frame.slice(0, at) + text + frame.slice(at + removed))
  let read = 0
  fc.assert(fc.property(fc.oneof(members, inserted), (text) => {
    const media = readMedia(Buffer.from(text))
    if (media === undefined) return
    read++
    t.same(media, asJson(text), { quiet: true })
  }), { numRuns: 5000 })
  t.ok(read > 100, `${read} were read`)
  t.end()
})

test('other forms are left to the reader of JSON', (t) => {
  const frame = sent(new Uint8Array(3))
  const media = '"media":{"payload":"fwD/"}'
  t.ok(readMedia(Buffer.from(`{"event":"media",${media},"streamSid":"MZ1"}`)))
  for (const text of [
    '', '{', '{}', '[]', frame.slice(0, -1), `${frame} `, frame.replace('inbound', 'outbound'), frame.replace('"AAAA"', '"AAA"'), frame.replace('"AAAA"', '"A=AA"'), frame.replace('"AAAA"', '"AA-_"'),
    `{"event":"media",${media},${media},"streamSid":"MZ1"}`, `{"event":"media",${media}}`, '{"event":"media","streamSid":"MZ1","media":{}}', `{"event":"mark",${media},"streamSid":"MZ1"}`, `{${media},"streamSid":"MZ1"}`,
    `{"event":"media",${media},"streamSid":"${'M'.repeat(65)}"}`, `{"event":"media",${media},"streamSid":"M\\u005a1"}`, `{"event": "media",${media},"streamSid":"MZ1"}`,
    '{"event":"media","media":{"timestamp":20,"payload":"fwD/"},"streamSid":"MZ1"}', '{"event":"media","media":{"timestamp":"","payload":"fwD/"},"streamSid":"MZ1"}'
  ]) t.equal(readMedia(Buffer.from(text)), undefined, text)
  t.end()
})
