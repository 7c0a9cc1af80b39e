import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { EarshotError } from '../errors.ts'
import { isTerminal } from '../store/carrier.ts'
import { makeStreamToken } from './stream-token.ts'
import { hangup, sayAndHangup } from './twiml.ts'
import { connectCall } from './voice.ts'
import { callFormSchema, findPhone, inTime, sendTwiml, verifyWebhook, type WebhookDeps, type WebhookRequest } from './webhook.ts'

/** A stream that breaks as often as this will break again. */
const MAX_RESUMES = 3

const CUT_OFF = 'Sorry, we lost the connection. Please call again. Goodbye.'

/** POST /twilio/resume: the media socket closed while the caller is still there. A call that was cut is connected again; one that was ended is hung up. */
export const resumeRoute: FastifyPluginAsyncTypebox<WebhookDeps> = async (app, deps) => {
  app.post('/twilio/resume', { schema: { hide: true, body: callFormSchema } }, async (request, reply) => {
    const callSid = request.body.CallSid
    try {
      const token = await inTime(deps.clock, resumeCall(deps, request))
      if (token === undefined) return sendTwiml(reply, hangup())
      request.log.info({ callSid }, 'call resumed')
      return sendTwiml(reply, connectCall(deps.config, token))
    } catch (error) {
      if (error instanceof EarshotError && error.code === 'bad_signature') throw error
      request.log.error({ err: error, callSid }, 'call could not be resumed')
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
  const admission = liveCalls.admit(form.CallSid)
  if (admission !== 'admitted') throw new EarshotError(admission === 'draining' ? 'draining' : 'rate_limited')
  return await liveCalls.keepIf(form.CallSid, async () => {
    const { token, hash, expiresAt } = makeStreamToken(clock)
    return await stores.calls.resume(form.CallSid, hash, expiresAt, MAX_RESUMES) && token
  })
}
