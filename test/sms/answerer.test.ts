import Fastify from 'fastify'
import { test, type Test } from 'tap'
import { buildApp } from '../../src/app.ts'
import { VirtualClock } from '../../src/clock.ts'
import { parseConfig } from '../../src/config.ts'
import type { LlmEvent, LlmRequest } from '../../src/llm/llm.ts'
import { sign } from '../../src/replay/sign.ts'
import { settled } from '../../src/replay/settled-stores.ts'
import { SimulatedStt } from '../../src/replay/simulated-stt.ts'
import { SimulatedTts } from '../../src/replay/simulated-tts.ts'
import type { Text } from '../../src/replay/twilio-messages.ts'
import { Answerer } from '../../src/sms/answerer.ts'
import { createMetrics } from '../../src/metrics.ts'
import { Messenger } from '../../src/sms/messenger.ts'
import type { NewAgent } from '../../src/store/agents.ts'
import { openStores } from '../../src/store/open.ts'
import { TwilioRest } from '../../src/twilio/rest.ts'
import { EnergyVad } from '../../src/vad/energy.ts'
import { folder } from '../support/folder.ts'
import { listenTwilio } from '../support/twilio.ts'

const [OURS, THEIRS, TOKEN, PUBLIC_URL] = ['+14155550123', '+14155550100', 'the auth token', 'https://voice.example.org']
const ACCOUNT_SID = `AC${'0'.repeat(32)}`
const AGENT: NewAgent = {
  name: 'Desk', phoneNumber: OURS, direction: 'incoming', sttModel: 's', inferenceModel: 'm', ttsModel: 't', ttsVoice: 'v', systemPrompt: 'You are the front desk.', greeting: '', temperature: 0, maxTokens: 100, active: true
}

type Reply = string | LlmEvent[] | Error

/** A whole app with a number, an agent and a user, Twilio's end of it, and a model that says what it is told to. */
const world = async (t: Test, reply: (request: LlmRequest) => Reply | Promise<Reply>, agent: Partial<NewAgent> = {}) => {
  const clock = new VirtualClock()
  const stores = await openStores({ dataDir: folder(t), clock })
  const { _id: userId } = await stores.users.create({ email: 'ann@example.com', passwordHash: 'none' })
  await stores.apiKeys.create(userId, { name: 'k', secret: 'secret_of_ann' })
  await stores.phones.create(userId, { phoneNumber: OURS, twilioAccountSid: ACCOUNT_SID, twilioAuthToken: TOKEN, isActive: true })
  const { _id: agentId } = await stores.agents.create(userId, { ...AGENT, ...agent })
  const { url, account } = await listenTwilio(t, clock, TOKEN)
  const requests: LlmRequest[] = []
  const llm = {
    async * stream (request: LlmRequest, signal: AbortSignal): AsyncGenerator<LlmEvent, void, undefined> {
      requests.push(request)
      signal.throwIfAborted()
      const said = await Promise.race([reply(request), new Promise<Reply>((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)))])
      if (said instanceof Error) throw said
      if (typeof said === 'string') yield { type: 'text', text: said }
      else yield * said
    }
  }
  const config = parseConfig({ PUBLIC_URL })
  const { log } = Fastify()
  const rest = settled(new TwilioRest(url), clock)
  const fetched: string[] = []
  const fetch = async ({ url: asked }: { url: string }) => {
    fetched.push(asked)
    return { status: 200, contentType: 'text/plain', body: 'Two tables are free.', cut: false }
  }
  const messenger = new Messenger({ config, clock, stores, rest, log })
  const deps = { config, clock, stores, rest, messenger, fetch, vad: new EnergyVad(), stt: new SimulatedStt({ clock, hear: () => '' }), llm, tts: new SimulatedTts({ clock }) }
  const app = await buildApp(config, deps)
  t.teardown(async () => {
    await app.close()
    await stores.close()
  })
  const answerer = () => new Answerer({ ...deps, log, metrics: createMetrics() })
  const post = async (target: string, fields: Record<string, string>, token = TOKEN) => {
    const form = { AccountSid: ACCOUNT_SID, ...fields }
    const path = target.replace(PUBLIC_URL, '')
    const { statusCode, body } = await app.inject({
      method: 'POST', url: path, headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': sign(token, `${PUBLIC_URL}${path}`, form) }, payload: new URLSearchParams(form).toString()
    })
    return { statusCode, body }
  }
  return {
    clock,
    stores,
    userId,
    agentId,
    account,
    requests,
    fetched,
    answerer,
    post,
    sent: () => account.texts.sent.map(({ body }) => body),
    /** Somebody writes, and it is answered or not. */
    async text (given: Partial<Text> | string) {
      const form = account.texts.receive({ from: THEIRS, to: OURS, ...(typeof given === 'string' ? { body: given } : given) })
      await clock.advance(1)
      const answer = await post('/twilio/sms', form)
      await clock.advance(2_000)
      await answerer().work()
      return { form, answer, stored: (await stores.messages.list(userId, { filter: { messageSid: form['MessageSid'] } })).items[0] }
    },
    get: async (path: string) => (await app.inject({ url: path, headers: { authorization: 'Bearer secret_of_ann' } })).json()
  }
}

const lastWords = ({ messages }: LlmRequest) => `You wrote: ${messages.at(-1)?.content}`

test('a text comes in, the agent\'s answer goes out, the thread is in the API', async (t) => {
  const { text, sent, requests, account, post, get, agentId } = await world(t, lastWords)
  const { answer, stored } = await text('Are you **open**?')
  t.match(answer, { statusCode: 200, body: /<Response\/>/ })
  t.match(stored, { direction: 'incoming', status: 'received', body: 'Are you **open**?' })
  t.same(sent(), ['You wrote: Are you open?'], 'in plain text')
  t.match(requests[0], { model: 'm', messages: [{ role: 'system', content: /front desk.*text message \(SMS\)/s }, { role: 'user', content: 'Are you **open**?' }] })
  const [{ sid = '' } = {}] = account.texts.sent
  const callbacks = account.texts.callbacks(sid, ['sending', 'sent', 'delivered']).reverse()
  for (const { url, form } of [...callbacks, ...callbacks]) t.equal((await post(url, form)).statusCode, 204)
  t.match(await get(`/api/messages?number=${encodeURIComponent(OURS)}&otherNumber=${encodeURIComponent(THEIRS)}`), {
    messages: [{ fromNumber: OURS, toNumber: THEIRS, status: 'delivered', messageSid: sid, agentId }, { fromNumber: THEIRS, status: 'received' }]
  })
  t.match(await get('/api/messages/threads'), { threads: [{ count: 2, unread: true, smsReplies: true }] })
  await text('And tomorrow?')
  t.same(requests[1]?.messages.slice(1).map(({ role, content }) => `${role}: ${content}`), ['user: Are you **open**?', 'assistant: You wrote: Are you open?', 'user: And tomorrow?'])
})

test('only Twilio is listened to', async (t) => {
  const { account, post, stores, userId } = await world(t, lastWords)
  const form = account.texts.receive({ from: THEIRS, to: OURS, body: 'Hi' })
  t.equal((await post('/twilio/sms', form, 'another token')).statusCode, 403)
  t.equal((await post('/twilio/sms', { ...form, To: '+14155550999' })).statusCode, 403)
  t.equal((await post('/twilio/sms', { ...form, AccountSid: `AC${'1'.repeat(32)}` })).statusCode, 403)
  t.equal((await post('/twilio/sms-status', { MessageSid: 'SM11', MessageStatus: 'sent', From: OURS }, 'another')).statusCode, 403)
  t.equal((await post('/twilio/sms', { To: OURS })).statusCode, 400)
  t.same((await stores.messages.list(userId)).items, [])
})

test('a repeated webhook is answered alike and acts once', async (t) => {
  const { account, post, clock, answerer, sent } = await world(t, lastWords)
  const form = account.texts.receive({ from: THEIRS, to: OURS, body: 'Hi' })
  const answers = await Promise.all([1, 2, 3].map(() => post('/twilio/sms', form)))
  t.same(new Set(answers.map(({ body }) => body)).size, 1)
  await clock.advance(2_000)
  await Promise.all([answerer().work(), answerer().work()])
  await post('/twilio/sms', form)
  await clock.advance(120_000)
  await answerer().work()
  t.same(sent(), ['You wrote: Hi'])
})

test('a process that dies in the middle leaves the answer to another', async (t) => {
  for (const dieAt of ['noteAnswer', 'queue', 'ask', 'bindMessage', 'settle'] as const) {
    const { stores, sent, text, clock, answerer, requests } = await world(t, lastWords)
    const real = stores.messages[dieAt]
    const reached: string[] = []
    Object.assign(stores.messages, { [dieAt]: async () => { reached.push(dieAt); return await new Promise(() => {}) } })
    text('Hi').catch(() => {})
    while (reached.length === 0) await clock.advance(1)
    Object.assign(stores.messages, { [dieAt]: real })
    for (let n = 0; n < 4; n++) {
      await clock.advance(91_000)
      await answerer().work()
    }
    t.same(sent(), ['You wrote: Hi'], dieAt)
    t.equal(requests.length, dieAt === 'noteAnswer' ? 2 : 1)
  }
})

test('what is not answered, and why', async (t) => {
  const { text, stores, userId, sent, agentId, clock } = await world(t, lastWords)
  const why = async (given: Partial<Text> | string) => (await text(given)).stored?.unanswered
  t.equal(await why({ from: '72727', body: 'Your code is 1234' }), 'not_a_person')
  t.equal(await why({ from: 'MyBank', body: 'Hello' }), 'not_a_person')
  t.equal(await why(''), 'empty')
  t.equal(await why('I am out of office.'), 'loop')
  t.equal(await why('HELP'), 'keyword')
  t.equal(await why('stop'), 'keyword')
  t.equal(await why('Hello?'), 'opted_out')
  t.equal(await why('Start'), 'keyword')
  t.equal(await why({ from: '+442071838750', body: 'Hello' }), 'refused', 'a country that the rules do not allow')
  await stores.threads.change(userId, OURS, THEIRS, { smsReplies: false })
  t.equal(await why('Hello'), 'switched_off')
  await stores.threads.change(userId, OURS, THEIRS, { smsReplies: true })
  await stores.agents.update(userId, agentId, { smsReplies: false })
  t.equal(await why('Hello there'), 'switched_off')
  await stores.agents.update(userId, agentId, { smsReplies: true, active: false })
  t.equal(await why('Hello you'), 'no_agent')
  await stores.agents.update(userId, agentId, { active: true })
  await stores.phones.create('bob', { phoneNumber: '+14155550177', twilioAccountSid: ACCOUNT_SID, twilioAuthToken: 'x', isActive: true })
  t.equal(await why({ from: '+14155550177', body: 'Hello' }), 'loop', 'another agent of this gateway')
  t.same(sent(), [])
  await stores.messages.receive(userId, { messageSid: 'SMold', fromNumber: THEIRS, toNumber: OURS, body: 'Old' }, clock.now() + 3_700_000)
  await clock.advance(3_700_000)
  t.equal(await why('New'), undefined)
  t.match((await stores.messages.list(userId, { filter: { messageSid: 'SMold' } })).items, [{ unanswered: 'too_old' }])
  t.equal(sent().length, 1)
})

test('two machines stop talking to each other', async (t) => {
  let n = 0
  const { text, sent } = await world(t, () => `Answer ${n++}`)
  for (let turn = 0; turn < 20; turn++) await text(`Question ${turn}`)
  t.equal(sent().length, 10)
})

test('several messages in a row get one answer; pictures are told of', async (t) => {
  const { account, post, clock, answerer, sent, requests } = await world(t, lastWords)
  await post('/twilio/sms', account.texts.receive({ from: THEIRS, to: OURS, body: 'Look at this' }))
  await clock.advance(500)
  await post('/twilio/sms', account.texts.receive({ from: THEIRS, to: OURS, media: [{ contentType: 'image/jpeg', url: 'https://api.twilio.com/m' }] }))
  await clock.advance(2_000)
  await answerer().work()
  t.same(sent(), ['You wrote: [image]'])
  t.match(requests[0]?.messages.slice(1), [{ content: 'Look at this' }, { content: '[image]' }])
})

test('the owner\'s tools can be used, those of a call cannot; a cut answer does not use them again', async (t) => {
  const tools = [{ type: 'end_call' }, { type: 'http', name: 'tables', description: 'Free tables', url: 'https://example.com/tables' }]
  const call: LlmEvent[] = [{ type: 'tool_call', id: '1', name: 'tables', arguments: '{}' }]
  let die = true
  const { text, sent, requests, fetched, clock, answerer } = await world(t, async ({ messages, tools }) => {
    if (messages.at(-1)?.role === 'tool') return die ? await new Promise<Reply>(() => {}) : `${messages.at(-1)?.content}`
    return tools === undefined ? 'Somebody will check that.' : call
  }, { tools })
  text('A table?').catch(() => {})
  while (requests.length < 2) await clock.advance(1)
  t.same(requests[0]?.tools?.map(({ name }) => name), ['tables'])
  await clock.advance(61_000)
  await clock.advance(91_000)
  await answerer().work()
  t.same(sent(), ['Somebody will check that.'])
  t.match(requests.at(-1)?.messages[0]?.content, /not known whether it worked/)
  t.same(fetched, ['https://example.com/tables'])
  die = false
  await text('Another table?')
  t.equal(sent().at(-1), 'Two tables are free.')
})

test('a model that fails is asked three times; a stop gives the message back at once', async (t) => {
  let failures = 2
  const { text, sent, clock, answerer, stores, userId, requests } = await world(t, async () => failures-- > 0 ? new Error('no') : failures < -5 ? await new Promise<Reply>(() => {}) : 'Here I am.')
  const again = async () => {
    await clock.advance(15_000)
    await answerer().work()
  }
  await text('Hi')
  await again()
  t.same(sent(), [])
  await again()
  t.same(sent(), ['Here I am.'])
  failures = 10
  const { form } = await text('Hello?')
  await again()
  await again()
  await again()
  t.match((await stores.messages.list(userId, { filter: { messageSid: form['MessageSid'] } })).items, [{ unanswered: 'failed' }])
  failures = -5
  const stopping = answerer()
  await stores.messages.receive(userId, { messageSid: 'SMlast', fromNumber: THEIRS, toNumber: OURS, body: 'Still there?' }, clock.now())
  const working = stopping.work()
  for (const asked = requests.length; requests.length === asked;) await clock.settle()
  await stopping.stop()
  await working
  failures = 0
  await answerer().work()
  t.same(sent(), ['Here I am.', 'Here I am.'])
})

test('what was said on the phone is known in the thread, and long answers are split', async (t) => {
  const { text, sent, requests, stores, userId, clock } = await world(t, () => 'A sentence of words. '.repeat(120))
  await stores.calls.create({ userId, call_sid: 'CA1', from_number: THEIRS, to_number: OURS, agent_id: 'a', session_id: 's', start_time: new Date(clock.now()) })
  await stores.calls.appendTurn('CA1', 0, { role: 'user', text: 'A table for four at eight.', timestamp: new Date(clock.now()) })
  await text('Is it booked?')
  t.match(requests[0]?.messages[0]?.content, /<<<\n.*Person: A table for four at eight\.\n>>>/s)
  t.match(sent(), [/^\(1\/2\) A sentence/, /^\(2\/2\) A sentence/])
})
