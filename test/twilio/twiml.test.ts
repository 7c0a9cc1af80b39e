import fc from 'fast-check'
import { test } from 'tap'
import { parseTwiml } from '../../src/replay/twiml.ts'
import { connectStream, hangup, sayAndHangup } from '../../src/twilio/twiml.ts'

const target = { url: 'wss://voice.example.org/twilio/media', parameters: { token: 'abc' }, thenUrl: 'https://voice.example.org/twilio/resume', statusUrl: 'https://voice.example.org/twilio/stream-status' }

test('a stream with its parameters, and where to go on after it', async (t) => {
  const [connect, redirect, ...rest] = parseTwiml(connectStream(target))
  t.equal(connect?.name, 'Connect')
  t.match(connect?.children, [{ name: 'Stream', attributes: { url: target.url }, children: [{ name: 'Parameter', attributes: { name: 'token', value: 'abc' } }] }])
  t.match(redirect, { name: 'Redirect', attributes: { method: 'POST' }, text: target.thenUrl })
  t.same(rest, [])
})

test('a sentence, then the end of the call', async (t) => {
  t.match(parseTwiml(sayAndHangup('Goodbye.')), [{ name: 'Say', text: 'Goodbye.' }, { name: 'Hangup' }])
  t.match(parseTwiml(hangup()), [{ name: 'Hangup' }])
})

test('no text or value can break out of its place', async (t) => {
  // The fake's reader of XML takes other line separators for line ends, and leaves out blank texts.
  const printable = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => /^[^\p{C}\p{Zl}\p{Zp}]+$/u.test(text) && text.trim() === text)
  fc.assert(fc.property(printable, printable, (name, value) => {
    const [say] = parseTwiml(sayAndHangup(value))
    const [connect] = parseTwiml(connectStream({ ...target, parameters: { [name]: value } }))
    const [parameter] = connect?.children[0]?.children ?? []
    return say?.text === value && parameter?.attributes['name'] === name && parameter.attributes['value'] === value
  }))
})
