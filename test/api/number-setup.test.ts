import { test, type Test } from 'tap'
import { AGENT, buildApi, PHONE } from '../support/api.ts'
import { listenTwilio } from '../support/twilio.ts'

const PUBLIC_URL = 'https://voice.example.org'

const setUp = async (t: Test) => {
  const { url, account } = await listenTwilio(t, { now: () => Date.parse('2026-01-01T00:00:00Z') }, PHONE.twilioAuthToken)
  const api = await buildApi(t, { PUBLIC_URL, TWILIO_API_URL: url }, undefined, {
    fetch: async ({ url: asked }) => ({ status: 200, contentType: 'text/plain', body: api.stores.prove(new URL(asked).searchParams.get('nonce') ?? ''), cut: false }),
    tryWebSocket: async () => {}
  })
  const ann = await api.user('ann')
  const { body: { phone } } = await ann.send('POST', '/api/phones', PHONE)
  return { account, ann, path: `/api/phones/${phone._id}` }
}

test('a number is made to lead to Earshot, and what it led to before is told', async (t) => {
  const { account, ann, path } = await setUp(t)
  const theirs = account.numbers.add(PHONE.phoneNumber, { voice_url: 'https://old.example.com/voice', voice_method: 'GET', trunk_sid: 'TK1', voice_fallback_url: 'https://old.example.com/fallback' })
  const configured = await ann.send('POST', `${path}/configure`)
  t.match(configured, { status: 200, body: { previous: { voiceUrl: 'https://old.example.com/voice', voiceMethod: 'GET', trunkSid: 'TK1' } } })
  t.same(configured.body.current, {
    voiceUrl: `${PUBLIC_URL}/twilio/voice`,
    voiceMethod: 'POST',
    statusCallback: `${PUBLIC_URL}/twilio/status`,
    statusCallbackMethod: 'POST',
    smsUrl: `${PUBLIC_URL}/twilio/sms`,
    smsMethod: 'POST',
    voiceApplicationSid: '',
    smsApplicationSid: '',
    trunkSid: ''
  })
  t.match(theirs, { voice_url: `${PUBLIC_URL}/twilio/voice`, status_callback: `${PUBLIC_URL}/twilio/status`, sms_url: `${PUBLIC_URL}/twilio/sms`, trunk_sid: '', voice_fallback_url: 'https://old.example.com/fallback' })
  t.match(await ann.send('POST', `${path}/configure`), { status: 200, body: { previous: configured.body.current, current: configured.body.current } }, 'once more changes nothing')
})

test('what keeps it from that is told', async (t) => {
  const { account, ann, path } = await setUp(t)
  t.match(await ann.send('POST', `${path}/configure`), { status: 409, body: { error: { code: 'conflict', message: /no such number/ } } })
  account.numbers.add(PHONE.phoneNumber)
  await ann.send('PATCH', path, { twilioAuthToken: 'wrong' })
  t.match(await ann.send('POST', `${path}/configure`), { status: 502, body: { error: { code: 'provider_rejected', message: /20003/ } } })
  t.match(account.numbers.all, [{ voice_url: /demo\.twilio\.com/ }])
})

test('a check tells in words what is wrong', async (t) => {
  const { account, ann, path } = await setUp(t)
  account.numbers.add(PHONE.phoneNumber)
  const before = await ann.send('GET', `${path}/check`)
  t.match(before, { status: 200, body: { success: true, ok: false } })
  t.same(before.body.checks.filter(({ ok }: { ok: boolean }) => !ok).map(({ name }: { name: string }) => name), ['voice_url', 'status_url', 'sms_url', 'answered'])
  await ann.send('POST', `${path}/configure`)
  await ann.send('POST', '/api/agents', AGENT)
  t.match(await ann.send('GET', `${path}/check`), { status: 200, body: { ok: true } })
})
