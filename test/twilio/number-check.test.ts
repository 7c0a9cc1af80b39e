import Fastify from 'fastify'
import { test, type Test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { parseConfig } from '../../src/config.ts'
import { EarshotError } from '../../src/errors.ts'
import { openEmbedded } from '../../src/store/embedded.ts'
import { storesOf } from '../../src/store/open.ts'
import { Secrets } from '../../src/store/secrets.ts'
import { helloRoute } from '../../src/twilio/hello.ts'
import { checkNumber, type NumberCheck, type NumberCheckDeps } from '../../src/twilio/number-check.ts'
import { configureNumber } from '../../src/twilio/number-setup.ts'
import { TwilioRest } from '../../src/twilio/rest.ts'
import { TEST_KEY } from '../support/engines.ts'
import { listenTwilio } from '../support/twilio.ts'
import { ACCOUNT_SID, AUTH_TOKEN, NUMBER, OWNER } from '../support/webhooks.ts'

const PUBLIC_URL = 'https://voice.example.org'
const AGENT = { name: 'Reception', phoneNumber: NUMBER, direction: 'incoming' as const, sttModel: 's', inferenceModel: 'l', ttsModel: 't', ttsVoice: 'v', systemPrompt: '', greeting: '', temperature: 0, maxTokens: 9, active: true }

/** A number that is set up as it must be; each test breaks one thing. Behind PUBLIC_URL is another process with the same keys. */
const setUp = async (t: Test, { authToken = AUTH_TOKEN, publicUrl = PUBLIC_URL, keys = [TEST_KEY, TEST_KEY] } = {}) => {
  const clock = new VirtualClock()
  const twilioTime = { skewMs: 0 }
  const { url, account } = await listenTwilio(t, { now: () => clock.now() + twilioTime.skewMs }, AUTH_TOKEN)
  const openWith = async (key: string, dir: string) => {
    const stores = await storesOf(await openEmbedded(dir), clock, new Secrets(key))
    t.teardown(() => stores.close())
    return stores
  }
  const dir = t.testdir({ here: {}, there: {} })
  const [stores, there] = await Promise.all([openWith(keys[0] ?? '', `${dir}/here`), openWith(keys[1] ?? '', `${dir}/there`)])
  const phone = await stores.phones.create(OWNER, { phoneNumber: NUMBER, twilioAccountSid: ACCOUNT_SID, twilioAuthToken: authToken, isActive: true })
  const agent = await stores.agents.create(OWNER, AGENT)
  const behind = Fastify()
  await behind.register(helloRoute, { stores: there })
  t.teardown(() => behind.close())
  const deps: NumberCheckDeps = {
    config: parseConfig({ PUBLIC_URL: publicUrl }),
    clock,
    stores,
    rest: new TwilioRest(url),
    fetch: async ({ url }) => {
      const { statusCode, body } = await behind.inject(url.replace(PUBLIC_URL, ''))
      return { status: statusCode, contentType: 'text/plain', body, cut: false }
    },
    tryWebSocket: async () => {}
  }
  const number = account.numbers.add(NUMBER)
  // A number of the account's that only has this one in it.
  account.numbers.add(`${NUMBER}99`)
  if (authToken === AUTH_TOKEN && publicUrl === PUBLIC_URL) await configureNumber(deps, phone)
  const check = async (changes: Partial<NumberCheckDeps> = {}) => await checkNumber({ ...deps, ...changes }, phone)
  return { deps, account, number, phone, agent, stores, twilioTime, check, clock }
}

const names = (checks: NumberCheck[]) => checks.map(({ name }) => name)
const problems = (checks: NumberCheck[]) => checks.filter(({ ok }) => !ok)

test('a number that is set up has nothing wrong, and looking changes nothing', async (t) => {
  const { check, account } = await setUp(t)
  const before = structuredClone(account.numbers.all)
  const checks = await check()
  t.same(problems(checks), [])
  t.same(names(checks), ['credentials', 'clock', 'number', 'voice_url', 'status_url', 'sms_url', 'public_url', 'reachable', 'websocket', 'answered'])
  t.notOk(checks.some(({ advice }) => advice !== undefined))
  t.same(account.numbers.all, before)
})

test('credentials: refused, or of an account that is closed', async (t) => {
  const refused = await (await setUp(t, { authToken: 'another' })).check()
  t.match(problems(refused), [{ name: 'credentials', found: /20003/, advice: /auth token/ }])
  t.notOk(names(refused).includes('number'), 'Twilio tells nothing more')
  const { check, account } = await setUp(t)
  account.status = 'suspended'
  t.match(problems(await check()), [{ name: 'credentials', found: 'The Twilio account is suspended.' }])
})

test('Twilio that does not answer', async (t) => {
  const { check } = await setUp(t)
  t.match(problems(await check({ rest: new TwilioRest('http://127.0.0.1:1') })), [{ name: 'credentials', found: 'Twilio does not answer.', advice: /Try again later/ }])
})

test('a clock that is wrong, either way', async (t) => {
  const { check, twilioTime } = await setUp(t)
  for (const [skewMs, seconds] of [[90_000, 90], [-90_000, 90]] as const) {
    twilioTime.skewMs = skewMs
    t.match(problems(await check()), [{ name: 'clock', found: new RegExp(`${seconds} seconds`), advice: /NTP/ }])
  }
})

test('a number that the account does not have', async (t) => {
  const { check, account } = await setUp(t)
  account.numbers.all.shift()
  t.match(problems(await check()), [{ name: 'number', advice: /Buy the number/ }])
})

test('each address: another, none, asked in another way, or never asked', async (t) => {
  const cases: Array<[Record<string, string>, Array<Partial<Record<keyof NumberCheck, unknown>>>]> = [
    [{ voice_url: 'https://demo.twilio.com/welcome/voice/' }, [{ name: 'voice_url', actual: 'https://demo.twilio.com/welcome/voice/', expected: `${PUBLIC_URL}/twilio/voice`, found: /Another address/ }]],
    [{ voice_url: '' }, [{ name: 'voice_url', actual: '', found: /Nobody is asked about calls/ }]],
    [{ voice_method: 'GET' }, [{ name: 'voice_url', found: /by GET/, advice: /POST/ }]],
    [{ status_callback: '' }, [{ name: 'status_url', expected: `${PUBLIC_URL}/twilio/status` }]],
    [{ sms_url: 'https://example.com/' }, [{ name: 'sms_url', expected: `${PUBLIC_URL}/twilio/sms` }]],
    [{ sms_application_sid: 'AP1' }, [{ name: 'sms_url', found: /TwiML app/ }]],
    [{ voice_application_sid: 'AP1' }, [{ name: 'voice_url', found: /TwiML app/ }, { name: 'status_url' }]],
    [{ trunk_sid: 'TK1' }, [{ name: 'voice_url', found: /SIP trunk/ }, { name: 'status_url' }]]
  ]
  const { check, number } = await setUp(t)
  const good = { ...number }
  for (const [fields, expected] of cases) {
    Object.assign(number, good, fields)
    const found = problems(await check())
    t.match(found, expected, JSON.stringify(fields))
    t.equal(found.length, expected.length)
  }
})

test('PUBLIC_URL: unset, of this machine, or without TLS', async (t) => {
  for (const [publicUrl, found] of [['', /not set/], ['http://localhost:3000', /this machine alone/], ['http://voice.example.org', /https/]] as const) {
    const { check, deps, phone, account } = await setUp(t, { publicUrl })
    const checks = await check()
    t.match(checks.find(({ name }) => name === 'public_url'), { ok: false, found }, publicUrl)
    t.notOk(names(checks).includes('reachable'))
    const before = structuredClone(account.numbers.all)
    await t.rejects(configureNumber(deps, phone), { code: 'conflict', message: /PUBLIC_URL/ })
    t.same(account.numbers.all, before)
  }
})

test('PUBLIC_URL must lead to this Earshot, not to somebody else\'s', async (t) => {
  const answer = (status: number, body: string) => ({ fetch: async () => ({ status, body, contentType: 'text/html', cut: false }) })
  const { check, clock } = await setUp(t)
  t.match(problems(await check(answer(200, '<html>'))), [{ name: 'reachable', found: /status 200, by something else/, advice: /reverse proxy/ }])
  t.match(problems(await check(answer(502, ''))), [{ name: 'reachable', found: /502/ }])
  const fail = (code: 'provider_unavailable' | 'forbidden') => ({ fetch: async () => { throw new EarshotError(code) } })
  t.match(problems(await check(fail('provider_unavailable'))), [{ name: 'reachable', found: /could not be reached/ }])
  t.match(problems(await check(fail('forbidden'))), [{ name: 'reachable', found: /not on the public internet/ }])
  const slow = check({ fetch: async (_request, signal) => await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))) })
  const late = (async () => { while (clock.pendingTimers === 0) await new Promise(setImmediate); await clock.advance(8_000) })()
  t.match(problems(await slow), [{ name: 'reachable', found: /did not answer in 8 seconds/ }])
  await late
  const other = Buffer.alloc(32, 9).toString('base64')
  t.match(problems(await (await setUp(t, { keys: [TEST_KEY, other] })).check()), [{ name: 'reachable', found: /something else/ }])
  t.same(problems(await (await setUp(t, { keys: [`${other},${TEST_KEY}`, TEST_KEY] })).check()), [], 'while keys are changed, the others have the old one still')
})

test('a proxy that does not pass on websockets', async (t) => {
  const { check } = await setUp(t)
  t.match(problems(await check({ tryWebSocket: async () => { throw new EarshotError('provider_unavailable') } })), [{ name: 'websocket', found: /twilio\/media/, advice: /Upgrade/ }])
})

test('a number that is switched off, or has no agent', async (t) => {
  const { deps, stores, phone, agent, check } = await setUp(t)
  t.match(problems(await checkNumber(deps, { ...phone, isActive: false })), [{ name: 'answered', found: /switched off/ }])
  await stores.agents.update(OWNER, agent._id, { active: false })
  t.match(problems(await check()), [{ name: 'answered', found: /No agent/ }])
})
