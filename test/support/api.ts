import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import rateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import type { Test } from 'tap'
import type { ApiDeps } from '../../src/api/deps.ts'
import { describeApi } from '../../src/api/documentation.ts'
import { apiPlugin } from '../../src/api/index.ts'
import { VirtualClock } from '../../src/clock.ts'
import { parseConfig, type Config } from '../../src/config.ts'
import { answerErrors, answerFrameworkError } from '../../src/error-reply.ts'
import { EarshotError } from '../../src/errors.ts'
import { Dialler } from '../../src/outbound/dialler.ts'
import { settled, settledStores } from '../../src/replay/settled-stores.ts'
import { Messenger } from '../../src/sms/messenger.ts'
import type { Database } from '../../src/store/collection.ts'
import { openEmbedded } from '../../src/store/embedded.ts'
import { storesOf } from '../../src/store/open.ts'
import { Secrets } from '../../src/store/secrets.ts'
import type { Stores } from '../../src/store/stores.ts'
import { LiveCalls } from '../../src/twilio/live-calls.ts'
import { TwilioRest } from '../../src/twilio/rest.ts'
import { WebhookSender } from '../../src/webhooks/sender.ts'
import { TEST_KEY } from './engines.ts'
import { folder } from './folder.ts'

export interface Api {
  app: FastifyInstance
  stores: Stores
  clock: VirtualClock
  /** The greetings that were made ready, in order. */
  warmed: string[]
  /** A new user with an API key: its id, and how it sends requests. */
  user: (name: string) => Promise<ApiUser>
}

export interface ApiUser {
  userId: string
  send: (method: NonNullable<InjectOptions['method']>, url: string, body?: object) => Promise<Answer>
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test looks at whatever came back
export interface Answer { status: number, body: any }

/** The API alone, without a listening server, on the given database or an embedded one of its own. @param given `holdTime`: the clock stands still while a store or a request to Twilio is at work */
export const buildApi = async (t: Test, env: Record<string, string> = {}, database?: Database, { holdTime = false, rest: overRest = {}, ...given }: Partial<Pick<ApiDeps, 'llm' | 'fetch' | 'tryWebSocket'>> & { holdTime?: boolean, rest?: Partial<ApiDeps['rest']> } = {}): Promise<Api> => {
  const config: Config = parseConfig({ NODE_ENV: 'test', PUBLIC_URL: 'http://localhost:3000', ...env })
  const clock = new VirtualClock()
  const opened = await storesOf(database ?? await openEmbedded(folder(t)), clock, new Secrets(TEST_KEY))
  const stores = holdTime ? settledStores(opened, clock) : opened
  const app: FastifyInstance = Fastify({ frameworkErrors: answerFrameworkError })
  answerErrors(app)
  await app.register(cookie)
  await app.register(formbody)
  await app.register(rateLimit, { global: false })
  await describeApi(app)
  const warmed: string[] = []
  const twilio = Object.assign(new TwilioRest(config.TWILIO_API_URL), overRest)
  const rest = holdTime ? settled(twilio, clock) : twilio
  await app.register(apiPlugin, {
    config,
    clock,
    stores,
    warmer: { warm: ({ greeting }) => { warmed.push(greeting) } },
    dialler: new Dialler({ config, clock, stores, rest, log: app.log }),
    messenger: new Messenger({ config, clock, stores, rest, log: app.log }),
    // There is no internet in a test.
    webhookSender: new WebhookSender({ clock, stores, log: app.log, fetch: async () => ({ status: 204, contentType: '', body: '', cut: false }) }),
    rest,
    llm: { async * stream () { yield { type: 'text', text: 'Yes.' } } },
    fetch: async () => { throw new EarshotError('provider_unavailable') },
    tryWebSocket: async () => { throw new EarshotError('provider_unavailable') },
    liveCalls: new LiveCalls({ clock, maxCalls: config.MAX_CALLS }),
    ...given
  })
  await app.ready()
  t.teardown(async () => {
    await app.close()
    await stores.close()
  })
  const user = async (name: string): Promise<ApiUser> => {
    const { _id: userId } = await stores.users.create({ email: `${name}@example.com`, passwordHash: 'none' })
    const secret = `secret of ${name}`.replaceAll(' ', '_')
    await stores.apiKeys.create(userId, { name, secret })
    return {
      userId,
      async send (method, url, body) {
        const answer = await app.inject({ method, url, headers: { authorization: `Bearer ${secret}` }, ...(body === undefined ? {} : { body }) })
        return { status: answer.statusCode, body: String(answer.headers['content-type']).startsWith('application/json') ? answer.json() : answer.body }
      }
    }
  }
  return { app, stores, clock, warmed, user }
}

export const PHONE = { phoneNumber: '+14155550123', twilioAccountSid: 'AC' + '0'.repeat(32), twilioAuthToken: 'the auth token' }

export const AGENT = { name: 'Front desk', phoneNumber: PHONE.phoneNumber, systemPrompt: 'You answer the phone.' }
