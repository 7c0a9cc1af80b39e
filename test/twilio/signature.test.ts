import fc from 'fast-check'
import { createHmac } from 'node:crypto'
import { test } from 'tap'
import { parseConfig } from '../../src/config.ts'
import { isSignedStream, isSignedWebhook } from '../../src/twilio/signature.ts'

const TOKEN = '0123456789abcdef0123456789abcdef'
const config = parseConfig({ PUBLIC_URL: 'https://voice.example.org' })
const form = { CallSid: 'CA1', From: '+14155550123', To: '+14155550100', CallerName: 'Ana María & Söhne' }

/** From Twilio's page on webhook security, without its package. */
const sign = (url: string, fields: Record<string, string> = {}, token = TOKEN): string =>
  createHmac('sha1', token).update(url + Object.keys(fields).sort().map((name) => name + fields[name]).join('')).digest('base64')

test('the example of Twilio\'s own page', async (t) => {
  // https://www.twilio.com/docs/usage/security#validating-requests
  const example = { CallSid: 'CA1234567890ABCDE', Caller: '+12349013030', Digits: '1234', From: '+12349013030', To: '+18005551212' }
  const mycompany = parseConfig({ PUBLIC_URL: 'https://mycompany.com' })
  t.ok(isSignedWebhook(mycompany, { header: '0/KCTR6DLpKmkAf8muzZqo1nDgQ=', authToken: '12345' }, '/myapp.php?foo=1&bar=2', example))
})

test('a webhook signed over the public address passes', async (t) => {
  const signed = (url: string) => isSignedWebhook(config, { header: sign(url, form), authToken: TOKEN }, '/twilio/voice?a=%20b&c', form)
  t.ok(signed('https://voice.example.org/twilio/voice?a=%20b&c'), 'the raw query counts')
  t.notOk(signed('https://voice.example.org/twilio/voice'))
  t.notOk(signed('https://other.example.org/twilio/voice?a=%20b&c'), 'another host')
  t.notOk(signed('http://voice.example.org/twilio/voice?a=%20b&c'), 'another scheme')
})

test('everything else fails closed', async (t) => {
  const url = 'https://voice.example.org/twilio/voice'
  const header = sign(url, form)
  const check = (given: { header: string | string[] | undefined, authToken: string }, path = '/twilio/voice') => isSignedWebhook(config, given, path, form)
  t.ok(check({ header, authToken: TOKEN }))
  t.notOk(check({ header: undefined, authToken: TOKEN }), 'no header')
  t.notOk(check({ header: '', authToken: TOKEN }), 'empty header')
  t.notOk(check({ header: [header, header], authToken: TOKEN }), 'two headers')
  t.notOk(check({ header, authToken: 'another' }), 'another account\'s token')
  t.notOk(check({ header: sign(url, form, ''), authToken: '' }), 'an empty token signs nothing')
  t.notOk(check({ header, authToken: TOKEN }, 'https://voice.example.org/twilio/voice'), 'an absolute request target')
})

test('no changed, added or missing field gets through', async (t) => {
  const header = sign('https://voice.example.org/twilio/voice', form)
  const passes = (fields: Record<string, unknown>) => isSignedWebhook(config, { header, authToken: TOKEN }, '/twilio/voice', fields)
  t.notOk(passes({ ...form, To: '+14155550101' }))
  t.notOk(passes({ CallSid: form.CallSid }))
  fc.assert(fc.property(fc.stringMatching(/^[a-zA-Z]{1,12}$/), fc.string(), (name, value) =>
    Object.hasOwn(form, name) || name + value === '' || !passes({ ...form, [name]: value })))
})

test('a media socket is signed over its wss address, with or without a slash at the end', async (t) => {
  const opens = (header: string) => isSignedStream(config, { header, authToken: TOKEN })
  t.ok(opens(sign('wss://voice.example.org/twilio/media')))
  t.ok(opens(sign('wss://voice.example.org/twilio/media/')))
  t.notOk(opens(sign('https://voice.example.org/twilio/media')))
  t.notOk(opens(sign('wss://voice.example.org/twilio/media?token=1')))
  t.notOk(isSignedStream(config, { header: undefined, authToken: TOKEN }))
})
