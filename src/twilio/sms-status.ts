import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { EarshotError } from '../errors.ts'
import type { Messenger } from '../sms/messenger.ts'
import { verifyWebhook, type WebhookDeps } from './webhook.ts'

export type SmsStatusDeps = Pick<WebhookDeps, 'config' | 'stores'> & { messenger: Pick<Messenger, 'delivered'> }

/** What a status callback of a message brings (https://www.twilio.com/docs/messaging/guides/track-outbound-message-status). */
const statusForm = Type.Object({
  MessageSid: Type.String({ pattern: '^(SM|MM)[0-9A-Za-z]{2,62}$' }),
  AccountSid: Type.String({ maxLength: 64 }),
  From: Type.String({ maxLength: 64 }),
  MessageStatus: Type.String({ maxLength: 64 }),
  ErrorCode: Type.Optional(Type.String({ pattern: '^\\d{0,6}$' }))
})

/** Which message of ours it is about. */
const statusQuery = Type.Object({ message: Type.Optional(Type.String({ maxLength: 64 })) })

/** POST /twilio/sms-status: how a message fares that we sent. Callbacks come late, twice, and in any order. */
export const smsStatusRoute: FastifyPluginAsyncTypebox<SmsStatusDeps> = async (app, deps) => {
  app.post('/twilio/sms-status', { schema: { hide: true, body: statusForm, querystring: statusQuery } }, async (request, reply) => {
    const { MessageSid: messageSid, MessageStatus: status, ErrorCode: errorCode = '', From: from } = request.body
    const phone = await deps.stores.phones.findActiveByNumber(from)
    if (phone === undefined) throw new EarshotError('bad_signature')
    verifyWebhook(deps, request, phone)
    await deps.messenger.delivered(phone.userId, request.query.message, { messageSid, status, ...(errorCode === '' ? {} : { errorCode: Number(errorCode) }) })
    return await reply.code(204).send()
  })
}
