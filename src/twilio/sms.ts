import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { EarshotError } from '../errors.ts'
import { heed } from '../sms/keywords.ts'
import type { KeptMessage } from '../store/messages.ts'
import { emptyResponse } from './twiml.ts'
import { inTime, sendTwiml, verifyWebhook, type WebhookDeps } from './webhook.ts'

export type SmsDeps = Pick<WebhookDeps, 'config' | 'stores' | 'clock' | 'metrics'>

/** What an incoming message brings (https://www.twilio.com/docs/messaging/guides/webhook-request); MediaUrl0 and so on beside it. */
const smsForm = Type.Object({
  MessageSid: Type.String({ pattern: '^(SM|MM)[0-9A-Za-z]{2,62}$' }),
  AccountSid: Type.String({ maxLength: 64 }),
  From: Type.String({ minLength: 1, maxLength: 64 }),
  To: Type.String({ minLength: 1, maxLength: 64 }),
  Body: Type.Optional(Type.String({ maxLength: 20_000 })),
  NumMedia: Type.Optional(Type.String({ pattern: '^\\d{1,2}$' }))
})
type SmsForm = Static<typeof smsForm>

/** People send a thought in several messages: they are answered together. */
const GATHER_MS = 2_000
const MAX_MEDIA = 10

/**
 * POST /twilio/sms: a text message comes in. It is stored, and Twilio is answered at once with nothing to do: the agent's answer goes by the REST API, since a model with tools
 * may take longer than the 15 s that Twilio waits, and a message that is stored can be answered after any mishap.
 */
export const smsRoute: FastifyPluginAsyncTypebox<SmsDeps> = async (app, deps) => {
  app.post('/twilio/sms', { schema: { hide: true, body: smsForm } }, async (request, reply) => {
    const form = request.body
    const phone = await deps.stores.phones.findActiveByNumber(form.To)
    if (phone === undefined) throw new EarshotError('bad_signature')
    verifyWebhook(deps, request, phone)
    const message = await inTime(deps.clock, receive(deps, phone.userId, form))
    request.log.info({ messageId: message._id }, 'text message received')
    return sendTwiml(reply, emptyResponse())
  })
}

/** The one place at which an incoming message has been stored, and the first to know of it. */
async function receive ({ stores, clock, metrics }: SmsDeps, userId: string, form: SmsForm): Promise<KeptMessage> {
  const { message, created } = await stores.messages.receive(userId, {
    messageSid: form.MessageSid,
    fromNumber: form.From,
    toNumber: form.To,
    body: form.Body ?? '',
    ...mediaOf(form)
  }, clock.now() + GATHER_MS)
  if (created) metrics.texts.inc({ outcome: 'received' })
  // STOP holds from now on, and is not heeded again after a START. Should the process die here, whoever takes the message heeds it.
  const heeded = created ? await heed(stores, message) : undefined
  if (heeded !== undefined) await stores.messages.settle(message, heeded)
  return message
}

/** Fields beyond the schema, which Twilio numbers. */
function mediaOf (form: SmsForm): Pick<KeptMessage, 'media'> {
  const fields = new Map(Object.entries(form))
  const count = Math.min(Number(form.NumMedia ?? 0), MAX_MEDIA)
  const media = Array.from({ length: count }, (_, n) => ({ contentType: String(fields.get(`MediaContentType${n}`) ?? '').slice(0, 200), url: String(fields.get(`MediaUrl${n}`) ?? '').slice(0, 2_000) }))
  return media.length === 0 ? {} : { media }
}
