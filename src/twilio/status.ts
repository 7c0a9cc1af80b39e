import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { EarshotError } from '../errors.ts'
import { callFormSchema, findPhone, isOver, verifyWebhook, type WebhookDeps } from './webhook.ts'

/** POST /twilio/status: how a call fares. One that is over for Twilio is over for Earshot, should its own end have been missed. */
export const statusRoute: FastifyPluginAsyncTypebox<WebhookDeps> = async (app, deps) => {
  app.post('/twilio/status', { schema: { hide: true, body: callFormSchema } }, async (request, reply) => {
    const form = request.body
    const phone = await findPhone(deps, form)
    if (phone === undefined) throw new EarshotError('bad_signature')
    verifyWebhook(deps, request, phone)
    const call = await deps.stores.calls.findBySid(form.CallSid)
    if (call?.userId === phone.userId && isOver(form)) {
      await deps.stores.calls.complete(form.CallSid, { end_time: new Date(deps.clock.now()), end_reason: `twilio_${form.CallStatus}` })
    }
    return await reply.code(204).send()
  })
}
