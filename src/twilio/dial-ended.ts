import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { isDialStatus } from '../store/carrier.ts'
import { hangup, sayAndHangup } from './twiml.ts'
import { numberIn, sendTwiml, signedForm, verifiedCall, type WebhookDeps } from './webhook.ts'

/** What Twilio tells when a `<Dial>` is over (https://www.twilio.com/docs/voice/twiml/dial#action). */
const dialForm = Type.Object({
  ...signedForm.properties,
  DialCallStatus: Type.Optional(Type.String({ maxLength: 64 })),
  DialCallSid: Type.Optional(Type.String({ maxLength: 64 })),
  DialCallDuration: Type.Optional(Type.String({ maxLength: 16 }))
})

const NOBODY = 'Sorry, nobody can be reached at the moment. Please try again later. Goodbye.'

/** POST /twilio/dial-ended: somebody was connected to a person, or nobody was reached. */
export const dialEndedRoute: FastifyPluginAsyncTypebox<WebhookDeps> = async (app, deps) => {
  app.post('/twilio/dial-ended', { schema: { hide: true, body: dialForm } }, async (request, reply) => {
    const { CallSid, DialCallStatus, DialCallSid, DialCallDuration } = request.body
    await verifiedCall(deps, request)
    const duration = numberIn(DialCallDuration)
    await deps.stores.calls.noteDial(CallSid, {
      ...(isDialStatus(DialCallStatus) && { dial_status: DialCallStatus }),
      ...(DialCallSid !== undefined && { dial_call_sid: DialCallSid }),
      ...(duration !== undefined && { dial_duration_seconds: duration })
    })
    return sendTwiml(reply, DialCallStatus === 'completed' || DialCallStatus === 'answered' ? hangup() : sayAndHangup(NOBODY))
  })
}
