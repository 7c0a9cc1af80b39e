import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import websocket from '@fastify/websocket'
import Fastify, { LogController, type FastifyInstance } from 'fastify'
import { randomUUID } from 'node:crypto'
import { describeApi } from './api/documentation.ts'
import { apiPlugin } from './api/index.ts'
import { phoneFiles } from './browser/phone-files.ts'
import { widgetRoute } from './browser/widget.ts'
import { Phrases } from './call/phrases.ts'
import { secureCookies, type Config } from './config.ts'
import { consoleFiles } from './console-files.ts'
import { answerErrors, answerFrameworkError } from './error-reply.ts'
import { healthRoutes } from './health.ts'
import { createMetrics } from './metrics.ts'
import { openSafeFetch, type TryWebSocket } from './safe-fetch.ts'
import type { Backlog } from './store/backlog.ts'
import { answeredByRoute } from './outbound/answered-by.ts'
import { Dialler } from './outbound/dialler.ts'
import { outboundRoute } from './outbound/webhook.ts'
import { Messenger } from './sms/messenger.ts'
import { dialEndedRoute } from './twilio/dial-ended.ts'
import { helloRoute } from './twilio/hello.ts'
import { LiveCalls } from './twilio/live-calls.ts'
import { mediaStreamRoute, type MediaStreamDeps } from './twilio/media-stream.ts'
import { TwilioRest } from './twilio/rest.ts'
import { UnsavedCalls } from './twilio/unsaved-calls.ts'
import { logByCall } from './twilio/log-by-call.ts'
import { AgentWarmer } from './twilio/warm-agents.ts'
import { resumeRoute } from './twilio/resume.ts'
import { smsRoute } from './twilio/sms.ts'
import { smsStatusRoute } from './twilio/sms-status.ts'
import { statusRoute } from './twilio/status.ts'
import { streamStatusRoute } from './twilio/stream-status.ts'
import { voiceRoute } from './twilio/voice.ts'
import { WebhookSender } from './webhooks/sender.ts'

type Given = 'clock' | 'stores' | 'vad' | 'stt' | 'llm' | 'tts'

/** The app's world: what it is given, and what it makes itself where that is left out. Whoever made these closes them, after the app. */
export interface AppDeps extends Pick<MediaStreamDeps, Given>, Partial<Omit<MediaStreamDeps, Given | 'config' | 'phrases' | 'messenger'>> {
  phrases?: Phrases
  dialler?: Dialler
  messenger?: Messenger
  webhookSender?: WebhookSender
  warmer?: AgentWarmer
  tryWebSocket?: TryWebSocket
  backlog?: () => Promise<Backlog>
}

/** A message of Twilio's is under 1 KB for 20 ms of audio; much more is no message of Twilio's. */
const MAX_MESSAGE_BYTES = 64 * 1024

/** A whole request, its body included, must have come by then: the largest is a CSV file of some megabytes. */
const REQUEST_WITHIN_MS = 60_000

/** Every plugin and route, in order. It does not listen yet: tests inject, main listens. */
export async function buildApp (config: Config, given: AppDeps): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    ...(given.log === undefined ? {} : { loggerInstance: given.log }),
    trustProxy: (_address, hop) => hop < config.TRUSTED_PROXIES,
    frameworkErrors: answerFrameworkError,
    // Fastify waits for ever by default, and whoever sends a byte a minute keeps a socket.
    requestTimeout: REQUEST_WITHIN_MS,
    // Fastify's own count from 1 in every process.
    genReqId: () => randomUUID(),
    logController: new LogController({ requestIdLogLabel: 'requestId' }),
    // An unknown field is refused, not dropped in silence.
    ajv: { customOptions: { removeAdditional: false } }
  })
  const phrases = given.phrases ?? new Phrases(given.tts)
  const rest = given.rest ?? new TwilioRest(config.TWILIO_API_URL)
  const { fetch, tryWebSocket } = openSafeFetch()
  const deps = {
    metrics: createMetrics(),
    unsaved: new UnsavedCalls(),
    liveCalls: new LiveCalls({ clock: given.clock, maxCalls: config.MAX_CALLS }),
    phrases,
    warmer: new AgentWarmer(phrases, app.log),
    fetch,
    tryWebSocket,
    rest,
    dialler: new Dialler({ config, clock: given.clock, stores: given.stores, rest, log: app.log }),
    messenger: new Messenger({ config, clock: given.clock, stores: given.stores, rest, log: app.log }),
    webhookSender: new WebhookSender({ clock: given.clock, stores: given.stores, fetch: given.fetch ?? fetch, log: app.log }),
    log: app.log,
    ...given,
    config
  }
  answerErrors(app)
  logByCall(app)

  // What a user quotes, and the log and the audit log are searched by.
  app.addHook('onRequest', async (request, reply) => { reply.header('x-request-id', request.id) })

  // Before the websocket plugin's own hook, which closes the sockets: a call ends with a complete record.
  app.addHook('preClose', async () => { await deps.liveCalls.drain(0) })

  await app.register(helmet, { contentSecurityPolicy: contentSecurityPolicy(config), hsts: secureCookies(config) })
  await app.register(cookie)
  await app.register(formbody)
  await app.register(rateLimit, { global: false })
  await app.register(websocket, { options: { maxPayload: MAX_MESSAGE_BYTES } })
  await describeApi(app)

  await app.register(healthRoutes, deps)
  await app.register(helloRoute, deps)
  await app.register(voiceRoute, deps)
  await app.register(mediaStreamRoute, deps)
  await app.register(resumeRoute, deps)
  await app.register(outboundRoute, deps)
  await app.register(statusRoute, deps)
  await app.register(smsRoute, deps)
  await app.register(answeredByRoute, deps)
  await app.register(smsStatusRoute, deps)
  await app.register(streamStatusRoute, deps)
  await app.register(dialEndedRoute, deps)
  await app.register(apiPlugin, deps)
  await app.register(phoneFiles)
  await app.register(widgetRoute, deps)
  await consoleFiles(app)
  return app
}

/** Nothing is loaded from elsewhere, nothing is inline, nobody may frame the console. */
const contentSecurityPolicy = (config: Config) => ({
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
    ...(secureCookies(config) ? { upgradeInsecureRequests: [] } : {})
  }
})
