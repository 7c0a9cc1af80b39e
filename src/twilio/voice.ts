import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { publicUrl, streamUrl, type Config } from '../config.ts'
import { EarshotError } from '../errors.ts'
import type { AgentRecord } from '../store/agents.ts'
import type { PhoneRecord } from '../store/phones.ts'
import { newCall } from './new-call.ts'
import { connectStream, redirect, sayAndHangup } from './twiml.ts'
import { callFormSchema, findPhone, inTime, sendTwiml, verifyWebhook, type CallForm, type WebhookDeps, type WebhookRequest } from './webhook.ts'

const UNAVAILABLE = 'Sorry, we cannot take your call right now. Please try again later. Goodbye.'
const BUSY = 'Sorry, all our lines are busy. Please call again in a few minutes. Goodbye.'

/** The store's limit; only SIP addresses are longer. */
const MAX_NUMBER_LENGTH = 64

/** A process that ends has the caller ask again, when the balancer has stopped sending calls here or the process has been started anew: ringing goes on meanwhile. */
const ASK_AGAIN_SECONDS = 2
const MAX_ATTEMPTS = 5

const attemptQuery = Type.Object({ attempt: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_ATTEMPTS })) })

/** Why a call is not connected, and what the caller hears. To the caller an unknown number is like any other. */
const REFUSALS = {
  unknown_number: UNAVAILABLE,
  no_agent: UNAVAILABLE,
  too_many_calls: BUSY,
  overloaded: BUSY,
  draining: BUSY,
  not_waiting: UNAVAILABLE,
  failed: UNAVAILABLE
}
type Refusal = keyof typeof REFUSALS

/** A call's answer: the token for its stream, or why there is none. */
type Answer = { token: string } | { refusal: Refusal, overflowUrl?: string | undefined }

/** POST /twilio/voice: a call comes in. Whatever fails, Twilio gets TwiML and the caller hears a sentence; only a forged request gets an error. */
export const voiceRoute: FastifyPluginAsyncTypebox<WebhookDeps> = async (app, deps) => {
  app.post('/twilio/voice', { schema: { hide: true, body: callFormSchema, querystring: attemptQuery } }, async (request, reply) => {
    const { attempt = 0 } = request.query
    const answer = await inTime(deps.clock, answerCall(deps, request)).catch((error: unknown): Answer => {
      if (error instanceof EarshotError && error.code === 'bad_signature') throw error
      request.log.error({ err: error }, 'voice webhook failed')
      return { refusal: 'failed' }
    })
    if ('token' in answer) return sendTwiml(reply, connectCall(deps.config, answer.token))
    if (answer.refusal === 'draining' && attempt < MAX_ATTEMPTS) return sendTwiml(reply, redirect(`${publicUrl(deps.config)}/twilio/voice?attempt=${attempt + 1}`, ASK_AGAIN_SECONDS))
    deps.metrics.refusals.inc({ reason: answer.refusal })
    request.log.warn({ reason: answer.refusal }, 'call refused')
    if (answer.overflowUrl !== undefined) return sendTwiml(reply, redirect(answer.overflowUrl))
    return sendTwiml(reply, sayAndHangup(REFUSALS[answer.refusal]))
  })
}

/** Connects the call to the media route; the socket's closing leads to the resume route. */
export const connectCall = (config: Config, token: string): string =>
  connectStream({ url: streamUrl(config), parameters: { token }, thenUrl: `${publicUrl(config)}/twilio/resume`, statusUrl: `${publicUrl(config)}/twilio/stream-status` })

async function answerCall (deps: WebhookDeps, request: WebhookRequest): Promise<Answer> {
  const form = request.body
  const phone = await findPhone(deps, form)
  // Nobody's number has no auth token to check a signature against.
  if (phone === undefined) return { refusal: 'unknown_number' }
  verifyWebhook(deps, request, phone)
  const agent = await deps.stores.agents.findActiveIncoming(phone.phoneNumber)
  if (agent === undefined || agent.userId !== phone.userId) return { refusal: 'no_agent' }
  const admission = deps.liveCalls.admit(form.CallSid)
  if (admission !== 'admitted') return { refusal: admission, overflowUrl: phone.overflowUrl }
  const token = await deps.liveCalls.keepIf(form.CallSid, async () => await registerCall(deps, form, phone, agent))
  if (token === undefined) return { refusal: 'not_waiting' }
  // Twilio takes some hundred milliseconds to open the stream: time enough for a greeting that is not in the cache.
  deps.warmer.warm(agent, request.log)
  request.log.info({ agentId: agent._id }, 'call answered')
  return { token }
}

/** Twilio repeats a webhook whose answer got lost: the call is stored once, and the newest answer's token is the one that works. None once the stream has begun or the call is over. */
async function registerCall ({ clock, stores }: WebhookDeps, form: CallForm, phone: PhoneRecord, agent: AgentRecord): Promise<string | undefined> {
  const { call, token } = newCall(clock, {
    userId: phone.userId,
    call_sid: form.CallSid,
    from_number: (form.From ?? '').slice(0, MAX_NUMBER_LENGTH),
    to_number: phone.phoneNumber,
    agent_id: agent._id,
    direction: 'incoming'
  })
  const { call: stored, created } = await stores.calls.create(call)
  if (created) return token
  if (stored.userId !== phone.userId) return undefined
  return await stores.calls.setStreamToken(form.CallSid, call.stream_token_hash, call.stream_token_expires_at) && token
}
