import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import Fastify from 'fastify'
import formbody from '@fastify/formbody'
import type { Test } from 'tap'
import { Phrases } from '../../src/call/phrases.ts'
import { VirtualClock } from '../../src/clock.ts'
import { parseConfig } from '../../src/config.ts'
import { answerErrors } from '../../src/error-reply.ts'
import { createMetrics } from '../../src/metrics.ts'
import { Dialler } from '../../src/outbound/dialler.ts'
import { sign } from '../../src/replay/sign.ts'
import { SimulatedTts } from '../../src/replay/simulated-tts.ts'
import { parseTwiml, type Verb } from '../../src/replay/twiml.ts'
import { openStores } from '../../src/store/open.ts'
import type { Stores } from '../../src/store/stores.ts'
import { LiveCalls } from '../../src/twilio/live-calls.ts'
import { TwilioRest } from '../../src/twilio/rest.ts'
import { AgentWarmer } from '../../src/twilio/warm-agents.ts'
import type { WebhookDeps } from '../../src/twilio/webhook.ts'
import { folder } from './folder.ts'

export const PUBLIC_URL = 'https://voice.example.org'
export const ACCOUNT_SID = `AC${'0'.repeat(32)}`
export const AUTH_TOKEN = '0123456789abcdef0123456789abcdef'
export const NUMBER = '+14155550100'
export const CALLER = '+14155550199'
export const OWNER = 'a'.repeat(24)
export const STRANGER = 'b'.repeat(24)

export const sidOf = (name: string): string => `CA${Buffer.from(name).toString('hex').padStart(32, '0')}`

/** The webhooks of a gateway with one registered number and one agent on an embedded database, and Twilio's part in asking them. */
export async function webhookServer (t: Test, route: (app: FastifyInstance, deps: WebhookDeps & { dialler: Dialler }) => unknown, change: (stores: Stores) => Partial<Stores> = () => ({}), given: { stores?: Stores, clock?: VirtualClock, overloaded?: () => boolean } = {}) {
  const clock = given.clock ?? new VirtualClock()
  const opened = given.stores ?? await openStores({ dataDir: folder(t), clock })
  if (given.stores === undefined) t.teardown(() => opened.close())
  const phone = await opened.phones.create(OWNER, { phoneNumber: NUMBER, twilioAccountSid: ACCOUNT_SID, twilioAuthToken: AUTH_TOKEN, isActive: true })
  const agent = await opened.agents.create(OWNER, {
    name: 'Reception',
    phoneNumber: NUMBER,
    direction: 'incoming',
    sttModel: 'stt',
    inferenceModel: 'llm',
    ttsModel: 'tts',
    ttsVoice: 'alloy',
    systemPrompt: '',
    greeting: '',
    temperature: 0,
    maxTokens: 100,
    active: true
  })
  const stores = { ...opened, ...change(opened) }
  const app = Fastify()
  const config = parseConfig({ PUBLIC_URL })
  const deps = {
    config,
    clock,
    stores,
    liveCalls: new LiveCalls({ clock, maxCalls: 2, ...(given.overloaded && { overloaded: given.overloaded }) }),
    metrics: createMetrics(),
    // No webhook places a call.
    dialler: new Dialler({ config, clock, stores, rest: new TwilioRest('http://127.0.0.1:1'), log: app.log }),
    warmer: new AgentWarmer(new Phrases(new SimulatedTts({ clock })), app.log)
  }
  answerErrors(app)
  await app.register(formbody)
  await app.register(async (scope) => { await route(scope, deps) })
  t.teardown(() => app.close())

  /** Asks as Twilio does; `signature: null` leaves the header out. */
  const post = async (path: string, fields: Record<string, string>, given: { signature?: string | null, authToken?: string } = {}): Promise<LightMyRequestResponse> => {
    const form = { AccountSid: ACCOUNT_SID, From: CALLER, To: NUMBER, Direction: 'inbound', CallStatus: 'in-progress', ...fields }
    const signature = given.signature === undefined ? sign(given.authToken ?? AUTH_TOKEN, `${PUBLIC_URL}${path}`, form) : given.signature
    return await app.inject({
      method: 'POST',
      url: path,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...(signature !== null && { 'x-twilio-signature': signature }) },
      payload: new URLSearchParams(form).toString()
    })
  }
  return { ...deps, clock, phone, agent, post }
}

/** The verbs of an answer that Twilio takes. */
export function verbsOf (t: Test, answer: LightMyRequestResponse): Verb[] {
  t.equal(answer.statusCode, 200)
  t.match(answer.headers['content-type'], /^text\/xml/)
  return parseTwiml(answer.body)
}

/** The token in an answer that connects the call. */
export function tokenOf (t: Test, answer: LightMyRequestResponse): string {
  const [connect] = verbsOf(t, answer)
  return connect?.children[0]?.children.find(({ attributes }) => attributes['name'] === 'token')?.attributes['value'] ?? ''
}

/** What the caller hears of an answer that speaks and hangs up; empty for any other answer. */
export function spokenIn (t: Test, answer: LightMyRequestResponse): string {
  const [say, hangup, ...more] = verbsOf(t, answer)
  return say?.name === 'Say' && hangup?.name === 'Hangup' && more.length === 0 ? say.text : ''
}
