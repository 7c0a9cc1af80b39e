import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { EarshotError } from '../errors.ts'
import type { Dialler } from '../outbound/dialler.ts'
import type { CarrierNews } from '../store/calls.ts'
import { isCarrierStatus, isTerminal } from '../store/carrier.ts'
import { carrierEnd } from './carrier-end.ts'
import { callFormSchema, findPhone, numberIn, verifyWebhook, type WebhookDeps } from './webhook.ts'

export type StatusDeps = WebhookDeps & { dialler: Pick<Dialler, 'bind'> }

/** Of a call that we placed: which dial it is of. */
const statusQuery = Type.Object({ dial: Type.Optional(Type.String({ maxLength: 64 })) })

/** What a status callback brings beside what every webhook does (https://www.twilio.com/docs/voice/api/call-resource#statuscallback). */
const statusForm = Type.Object({
  ...callFormSchema.properties,
  SequenceNumber: Type.Optional(Type.String({ maxLength: 16 })),
  Timestamp: Type.Optional(Type.String({ maxLength: 64, description: 'RFC 2822' })),
  CallDuration: Type.Optional(Type.String({ maxLength: 16 })),
  SipResponseCode: Type.Optional(Type.String({ maxLength: 16 }))
})

/** POST /twilio/status: how a call fares. One that is over for Twilio is over for Earshot, should its own end have been missed. */
export const statusRoute: FastifyPluginAsyncTypebox<StatusDeps> = async (app, deps) => {
  app.post('/twilio/status', { schema: { hide: true, body: statusForm, querystring: statusQuery } }, async (request, reply) => {
    const form = request.body
    const { stores, liveCalls } = deps
    const phone = await findPhone(deps, form)
    if (phone === undefined) throw new EarshotError('bad_signature')
    verifyWebhook(deps, request, phone)
    // This may come before the answer to our request, or in its place.
    const dial = request.query.dial === undefined ? undefined : await stores.dials.find(phone.userId, request.query.dial)
    if (dial !== undefined && dial.toNumber === form.To) await deps.dialler.bind(dial, form.CallSid)
    const news = newsIn(form, deps)
    const call = news && await stores.calls.findBySid(form.CallSid)
    if (news === undefined || call?.userId !== phone.userId) return await reply.code(204).send()
    await stores.calls.noteCarrier(form.CallSid, news)
    // Twilio's `stop` has usually come by now. It has not where the socket broke without a word.
    if (isTerminal(news.status)) await liveCalls.find(form.CallSid)?.close('caller_hung_up')
    return await reply.code(204).send()
  })
}

/** Undefined for a status that is not known: nothing follows from it. */
function newsIn ({ CallStatus: status, SequenceNumber, Timestamp, CallDuration, SipResponseCode }: Static<typeof statusForm>, { clock }: WebhookDeps): CarrierNews | undefined {
  if (!isCarrierStatus(status)) return undefined
  const duration = numberIn(CallDuration)
  const sip = numberIn(SipResponseCode)
  return {
    status,
    sequence: numberIn(SequenceNumber) ?? 0,
    ...(isTerminal(status) && { endedAt: carrierEnd(Timestamp, clock) }),
    details: { ...(duration !== undefined && { carrier_duration_seconds: duration }), ...(sip !== undefined && { sip_response_code: sip }) }
  }
}
