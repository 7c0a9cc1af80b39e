import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { E164, Id } from '../store/record.ts'
import { identityOf } from './authentication.ts'
import { strictBody } from './crud.ts'
import type { ApiOptions } from './deps.ts'
import { documentIdOf, idempotencyHeaders, idempotent } from './idempotency.ts'
import { Message } from './messages.ts'
import { activePhone, checkPhoneNumber } from './phone-number.ts'
import { replies } from './replies.ts'

const Body = strictBody({
  fromPhoneNumberId: Id,
  to: E164,
  // Twilio's limit (https://www.twilio.com/docs/messaging/api/message-resource).
  body: Type.String({ minLength: 1, maxLength: 1_600, pattern: '\\S', description: 'The text' })
})

/** Text messages that a person or a program sends. */
export const sendMessageRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps }) => {
  app.post('/', {
    ...idempotent(deps),
    schema: {
      tags: ['Messages'],
      summary: 'Send a text message',
      description: 'What the calling rules refuse, or the recipient does not want, is refused with 403. When Twilio does not answer, the message is queued and goes on its way later, once.',
      headers: idempotencyHeaders,
      body: Body,
      response: replies(201, { message: Message })
    }
  }, async (request, reply) => {
    const { userId } = identityOf(request)
    const { fromPhoneNumberId, to, body } = request.body
    checkPhoneNumber(to, 'to')
    const { phoneNumber: fromNumber } = await activePhone(deps.stores, userId, fromPhoneNumberId)
    const id = documentIdOf(request)
    const message = await deps.messenger.send(userId, { fromNumber, toNumber: to, body: body.trim() }, id && `request ${id}`)
    return await reply.code(201).send({ success: true, message })
  })
}
