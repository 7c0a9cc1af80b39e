import { test } from 'tap'
import { sign } from '../../src/replay/sign.ts'
import { parseTwiml } from '../../src/replay/twiml.ts'
import { requestTwiml, type HttpAnswer } from '../../src/replay/webhook.ts'

test('signs as the example on Twilio\'s page', async (t) => {
  // https://www.twilio.com/docs/usage/security#validating-requests (and the tests of Twilio's helper libraries)
  t.equal(sign('12345', 'https://mycompany.com/myapp.php?foo=1&bar=2', {
    To: '+18005551212', CallSid: 'CA1234567890ABCDE', Caller: '+14158675309', Digits: '1234', From: '+14158675309'
  }), 'RSOYDt4T1cUTdK1PDd93/VVr8B8=')
})

const xml = (body: string): HttpAnswer => ({ status: 200, contentType: 'text/xml; charset=utf-8', body })

test('posts a signed form and reads the TwiML, its entities decoded', async (t) => {
  let posted: { url: string, headers: Record<string, string>, body: string } | undefined
  const verbs = await requestTwiml(async (url, headers, body) => {
    posted = { url, headers, body }
    return xml('<?xml version="1.0" encoding="UTF-8"?><Response><Connect action="/done"><Stream url="wss://gw.example/m"><Parameter name="token" value="a&amp;b&quot;&#233;"/></Stream></Connect><Say>Tom &amp; Ann</Say></Response>')
  }, 'https://gw.example/twilio/voice', 'secret', { To: '+15550100', From: 'a b&c' })
  t.equal(posted?.body, 'To=%2B15550100&From=a+b%26c')
  t.equal(posted?.headers['x-twilio-signature'], sign('secret', 'https://gw.example/twilio/voice', { From: 'a b&c', To: '+15550100' }))
  t.same(verbs, [
    {
      name: 'Connect',
      attributes: { action: '/done' },
      text: '',
      children: [{
        name: 'Stream',
        attributes: { url: 'wss://gw.example/m' },
        text: '',
        children: [{ name: 'Parameter', attributes: { name: 'token', value: 'a&b"é' }, text: '', children: [] }]
      }]
    },
    { name: 'Say', attributes: {}, text: 'Tom & Ann', children: [] }
  ])
})

test('an answer at which Twilio ends the call is an error with Twilio\'s code', async (t) => {
  const answers: Array<[HttpAnswer, number, RegExp]> = [
    [{ ...xml(''), status: 403 }, 11200, /HTTP status 403/],
    [{ status: 200, contentType: 'application/json', body: '{}' }, 12300, /content type "application\/json"/],
    [xml('<Response><Say>'), 12100, /no TwiML/],
    [xml('<html></html>'), 12100, /root element is <html>/],
    [xml('just words'), 12100, /no TwiML/]
  ]
  for (const [answer, code, message] of answers) {
    await t.rejects(requestTwiml(async () => answer, 'http://gw/', 'secret', {}), { code, message })
  }
  t.same(await requestTwiml(async () => xml(''), 'http://gw/', 'secret', {}), [], 'no body is no verb')
})

test('reads nested and empty documents', async (t) => {
  t.same(parseTwiml('<Response/>'), [])
})
