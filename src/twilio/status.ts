import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { EarshotError } from '../errors.ts'
import type { Dialler } from '../outbound/dialler.ts'
import { callFormSchema, findPhone, isOver, verifyWebhook, type WebhookDeps } from './webhook.ts'

export type StatusDeps = WebhookDeps & { dialler: Pick<Dialler, 'bind'> }

/** Of a call that we placed: which dial it is of. */
const statusQuery = Type.Object({ dial: Type.Optional(Type.String({ maxLength: 64 })) })

/** POST /twilio/status: how a call fares. One that is over for Twilio is over for Earshot, should its own end have been missed. */
export const statusRoute: FastifyPluginAsyncTypebox<StatusDeps> = async (app, deps) => {
  app.post('/twilio/status', { schema: { hide: true, body: callFormSchema, querystring: statusQuery } }, async (request, reply) => {
    const form = request.body
    const phone = await findPhone(deps, form)
    if (phone === undefined) throw new EarshotError('bad_signature')
    verifyWebhook(deps, request, phone)
    // This may come before the answer to our request, or in its place.
    const dial = request.query.dial === undefined ? undefined : await deps.stores.dials.find(phone.userId, request.query.dial)
    if (dial !== undefined && dial.toNumber === form.To) await deps.dialler.bind(dial, form.CallSid)
    const call = await deps.stores.calls.findBySid(form.CallSid)
    if (call?.userId === phone.userId && isOver(form)) {
      await deps.stores.calls.complete(form.CallSid, { end_time: new Date(deps.clock.now()), end_reason: `twilio_${form.CallStatus}` })
    }
    return await reply.code(204).send()
  })
}
