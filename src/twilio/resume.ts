import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { publicUrl } from '../config.ts'
import { EarshotError } from '../errors.ts'
import { isTerminal } from '../store/carrier.ts'
import { makeStreamToken } from './stream-token.ts'
import { hangup, redirect, sayAndHangup } from './twiml.ts'
import { connectCall } from './voice.ts'
import { callFormSchema, findPhone, inTime, sendTwiml, verifyWebhook, type WebhookDeps, type WebhookRequest } from './webhook.ts'

/** A stream that breaks as often as this will break again. */
const MAX_RESUMES = 3

/**
 * A process that ends or is full has the caller wait a moment and ask again: meanwhile the balancer has stopped sending calls here, or the process has been
 * started anew. Half a minute of silence is the most that anybody waits.
 */
const ASK_AGAIN_SECONDS = 2
const MAX_ATTEMPTS = 15

const attemptQuery = Type.Object({ attempt: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_ATTEMPTS })) })

const CUT_OFF = 'Sorry, we lost the connection. Please call again. Goodbye.'

/** POST /twilio/resume: the media socket closed while the caller is still there. A call that was cut is connected again; one that was ended is hung up. */
export const resumeRoute: FastifyPluginAsyncTypebox<WebhookDeps> = async (app, deps) => {
  app.post('/twilio/resume', { schema: { hide: true, body: callFormSchema, querystring: attemptQuery } }, async (request, reply) => {
    const { attempt = 0 } = request.query
    try {
      const token = await inTime(deps.clock, resumeCall(deps, request))
      if (token === undefined) return sendTwiml(reply, hangup())
      request.log.info('call resumed')
      return sendTwiml(reply, connectCall(deps.config, token))
    } catch (error) {
      if (error instanceof EarshotError && error.code === 'bad_signature') throw error
      if (error instanceof EarshotError && error.retryable && attempt < MAX_ATTEMPTS) {
        return sendTwiml(reply, redirect(`${publicUrl(deps.config)}/twilio/resume?attempt=${attempt + 1}`, ASK_AGAIN_SECONDS))
      }
      request.log.error({ err: error }, 'call could not be resumed')
      return sendTwiml(reply, sayAndHangup(CUT_OFF))
    }
  })
}

/**
 * The new stream's token; undefined when there is nothing to go on with.
 * @throws EarshotError `draining`, `rate_limited` when this process has no room
 */
async function resumeCall (deps: WebhookDeps, request: WebhookRequest): Promise<string | undefined> {
  const form = request.body
  const { clock, liveCalls, stores } = deps
  const phone = await findPhone(deps, form)
  if (phone === undefined) return undefined
  verifyWebhook(deps, request, phone)
  const call = await stores.calls.findBySid(form.CallSid)
  if (call === undefined || call.userId !== phone.userId || isTerminal(form.CallStatus)) return undefined
  const admission = liveCalls.admit(form.CallSid, true)
  if (admission !== 'admitted') throw new EarshotError(admission === 'draining' ? 'draining' : 'rate_limited')
  return await liveCalls.keepIf(form.CallSid, async () => {
    const { token, hash, expiresAt } = makeStreamToken(clock)
    return await stores.calls.resume(form.CallSid, hash, expiresAt, MAX_RESUMES) && token
  })
}
