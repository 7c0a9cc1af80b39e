import { test } from 'tap'
import fc from 'fast-check'
import { MalformedMessage, MessageWriter, parseMessage } from '../../src/twilio/messages.ts'

const START = {
  event: 'start',
  sequenceNumber: '1',
  streamSid: 'MZ1',
  start: {
    accountSid: 'AC1',
    streamSid: 'MZ1',
    callSid: 'CA1',
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    customParameters: { token: 'secret' }
  }
}
const media = (payload: unknown, more = {}) => JSON.stringify({ event: 'media', sequenceNumber: '4', streamSid: 'MZ1', media: { track: 'inbound', chunk: '2', timestamp: '5', payload, ...more } })

test('every kind of message Twilio sends is read, unknown fields and events are ignored', async (t) => {
  t.equal(parseMessage('{"event":"connected","protocol":"Call","version":"1.0.0","new":[1]}').event, 'connected')
  t.match(parseMessage(JSON.stringify(START)), { event: 'start', streamSid: 'MZ1', start: { callSid: 'CA1', customParameters: { token: 'secret' } } })
  t.same(parseMessage(media('fwD/')), { event: 'media', streamSid: 'MZ1', mulaw: Buffer.from([0x7f, 0, 0xff]), timestampMs: 5 })
  t.same(parseMessage(media('fwD/', { track: 'outbound' })), { event: 'other' }, 'only the caller is heard')
  t.match(parseMessage('{"event":"dtmf","streamSid":"MZ1","dtmf":{"track":"inbound_track","digit":"#"}}'), { dtmf: { digit: '#' } })
  t.match(parseMessage('{"event":"mark","streamSid":"MZ1","mark":{"name":"0:80"}}'), { mark: { name: '0:80' } })
  t.equal(parseMessage('{"event":"stop","streamSid":"MZ1","stop":{"callSid":"CA1"}}').event, 'stop')
  t.equal(parseMessage('{"event":"somethingNew","x":{}}').event, 'other')
})

test('what is malformed is refused by the field\'s name, without its value', async (t) => {
  const refused: Array<[text: string, message: RegExp]> = [
    ['', /not JSON/],
    ['{"event":', /not JSON/],
    ['null', /event: must be a string/],
    ['[]', /event: must be a string/],
    ['{"event":5}', /event: must be a string/],
    ['{"event":"start","streamSid":"MZ1"}', /start/],
    [JSON.stringify({ ...START, start: { ...START.start, callSid: 7 } }), /start\.callSid/],
    [JSON.stringify({ ...START, start: { ...START.start, mediaFormat: { encoding: 'audio/L16', sampleRate: 16000, channels: 2 } } }), /start\.mediaFormat\.encoding/],
    [media('fwD'), /media\.payload: is not base64/],
    [media('fw=D'), /media\.payload: is not base64/],
    [media('fw!/'), /media\.payload: is not base64/],
    [media(5), /media\.payload/],
    ['{"event":"media","streamSid":"MZ1"}', /media/],
    ['{"event":"dtmf","streamSid":"MZ1","dtmf":{"digit":"12secret"}}', /dtmf\.digit/],
    [JSON.stringify({ event: 'mark', streamSid: 'MZ1', mark: { name: 'x'.repeat(300) } }), /mark\.name/]
  ]
  for (const [text, message] of refused) {
    t.throws(() => parseMessage(text), { name: 'MalformedMessage', message })
    try { parseMessage(text) } catch (error) { t.notMatch(String(error), /secret|xxx/) }
  }
})

test('property: audio of any length comes through, and what is written can be read', async () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), fc.string({ minLength: 1, maxLength: 30 }), (mulaw, streamSid) => {
    // A view into a larger buffer, as frames are.
    const view = new Uint8Array([9, 9, ...mulaw, 9]).subarray(2, 2 + mulaw.length)
    const read = parseMessage(new MessageWriter(streamSid).media(view))
    return read.event === 'media' && read.streamSid === streamSid && Buffer.compare(read.mulaw, mulaw) === 0
  }))
  fc.assert(fc.property(fc.string({ minLength: 1, maxLength: 64 }), fc.string({ maxLength: 256 }), (streamSid, name) => {
    const writer = new MessageWriter(streamSid)
    const mark = parseMessage(writer.mark(name))
    const clear: unknown = JSON.parse(writer.clear())
    return mark.event === 'mark' && mark.mark.name === name && JSON.stringify(clear) === JSON.stringify({ event: 'clear', streamSid })
  }))
})

test('property: no input but a message gets in, and nothing else is ever thrown', async () => {
  const messages = [JSON.stringify(START), media('fwD/'), '{"event":"stop"}']
  const mutated = fc.tuple(fc.constantFrom(...messages), fc.nat(), fc.string({ maxLength: 5 }), fc.nat({ max: 20 }))
    .map(([text, at, insert, remove]) => text.slice(0, at % text.length) + insert + text.slice(at % text.length + remove))
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), mutated), (text) => {
    try {
      parseMessage(text)
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
    }
  }), { numRuns: 2000 })
})
