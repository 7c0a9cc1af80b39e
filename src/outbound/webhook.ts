import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { dialEndedUrl, type Config } from '../config.ts'
import { EarshotError } from '../errors.ts'
import type { DialRecord } from '../store/dials.ts'
import { makeStreamToken } from '../twilio/stream-token.ts'
import { dial as dialNumber, hangup, sayAndHangup } from '../twilio/twiml.ts'
import { connectCall } from '../twilio/voice.ts'
import { callFormSchema, findPhone, inTime, sendTwiml, verifyWebhook, type WebhookDeps, type WebhookRequest } from '../twilio/webhook.ts'
import type { Dialler } from './dialler.ts'

export type OutboundWebhookDeps = WebhookDeps & { dialler: Dialler }

/** Says which dial a call is of; Twilio signs it with the address. */
export const dialQuery = Type.Object({ dial: Type.String({ maxLength: 64 }) })

/** POST /twilio/outbound: somebody has answered a call that we placed. */
export const outboundRoute: FastifyPluginAsyncTypebox<OutboundWebhookDeps> = async (app, deps) => {
  app.post('/twilio/outbound', { schema: { hide: true, body: callFormSchema, querystring: dialQuery } }, async (request, reply) => {
    try {
      return sendTwiml(reply, await inTime(deps.clock, answer(deps, request, request.query.dial)))
    } catch (error) {
      if (error instanceof EarshotError && error.code === 'bad_signature') throw error
      request.log.error({ err: error }, 'an answered call could not be connected')
      return sendTwiml(reply, hangup())
    }
  })
}

async function answer (deps: OutboundWebhookDeps, request: WebhookRequest, dialId: string): Promise<string> {
  const form = request.body
  const phone = await findPhone(deps, form)
  if (phone === undefined) throw new EarshotError('bad_signature')
  verifyWebhook(deps, request, phone)
  const dial = await deps.stores.dials.find(phone.userId, dialId)
  // A second call for the same dial must not exist; should it, nobody is talked to twice.
  if (dial === undefined || dial.toNumber !== form.To || await deps.dialler.bind(dial, form.CallSid) === undefined) return hangup()
  return dial.callType === 'ai' ? await connectAgent(deps, request, dial.agentId ?? '') : play(deps.config, dial)
}

async function connectAgent ({ config, clock, stores, liveCalls, warmer }: OutboundWebhookDeps, { body: { CallSid: callSid }, log }: WebhookRequest, agentId: string): Promise<string> {
  if (liveCalls.admit(callSid) !== 'admitted') return hangup()
  const { token, hash, expiresAt } = makeStreamToken(clock)
  const call = await liveCalls.keepIf(callSid, async () => await stores.calls.setStreamToken(callSid, hash, expiresAt))
  if (call === undefined) return hangup()
  // Its greeting, and what it may have to say to a machine.
  const agent = await stores.agents.findAny(agentId)
  if (agent !== undefined) warmer.warm(agent, log)
  return connectCall(config, token)
}

const play = (config: Config, { message, bridgeTo }: DialRecord): string => bridgeTo === undefined ? sayAndHangup(message ?? '') : dialNumber(bridgeTo, dialEndedUrl(config))
