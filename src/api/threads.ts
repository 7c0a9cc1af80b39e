import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { EarshotError } from '../errors.ts'
import { E164, Timestamp } from '../store/record.ts'
import { identityOf } from './authentication.ts'
import type { ApiOptions } from './deps.ts'
import { nextCursor, pageOf, pageQuery } from './lists.ts'
import { Message } from './messages.ts'
import { replies } from './replies.ts'

const tags = ['Messages']

const smsReplies = Type.Boolean({ description: 'Whether the number\'s agent may answer in this thread' })

const numbers = Type.Array(Type.String(), { description: 'The two ends of the thread' })

const Thread = Type.Object({
  numbers,
  count: Type.Integer({ description: 'How many messages it has' }),
  lastMessage: Message,
  lastMessageAt: Timestamp,
  unread: Type.Boolean({ description: 'Something came in since the thread was last read' }),
  smsReplies
})

const ThreadSettings = Type.Object({
  numbers,
  smsReplies,
  readAt: Type.Optional({ ...Timestamp, description: 'All that came in until then has been read' })
}, { title: 'ThreadSettings' })

const Change = Type.Object({
  number: { ...E164, description: 'One of your phone numbers' },
  otherNumber: Type.String({ minLength: 1, maxLength: 64, description: 'The number at the other end' }),
  smsReplies: Type.Optional(smsReplies),
  read: Type.Optional(Type.Literal(true, { description: 'All that came in has been read' }))
}, { additionalProperties: false })

/** The conversations that text messages form: all that two numbers wrote to each other. */
export const threadRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps: { stores: { messages, phones, threads }, clock } }) => {
  app.get('/', {
    schema: { tags, summary: 'List the threads', description: 'The latest first.', querystring: pageQuery({}), response: replies(200, { threads: Type.Array(Thread), nextCursor }) }
  }, async (request) => {
    const { userId } = identityOf(request)
    const { items, ...rest } = await messages.threads(userId, pageOf(request.query))
    const settings = await threads.getAll(userId, items.map(({ lastMessage: { fromNumber, toNumber } }) => [fromNumber, toNumber]))
    return {
      success: true as const,
      threads: items.map(({ lastMessage, count, created_at: lastMessageAt, lastIncomingAt }, n) => {
        const { smsReplies = true, readAt } = settings[n] ?? {}
        const unread = lastIncomingAt !== undefined && (readAt === undefined || lastIncomingAt > readAt)
        return { numbers: [lastMessage.fromNumber, lastMessage.toNumber].sort(), count, lastMessage, lastMessageAt, unread, smsReplies }
      }),
      ...rest
    }
  })

  app.patch('/', {
    schema: { tags, summary: 'Take a thread over, hand it back, or mark it read', description: 'With smsReplies false the agent is silent in this thread, so that a person can answer.', body: Change, response: replies(200, { thread: ThreadSettings }) }
  }, async (request) => {
    const { userId } = identityOf(request)
    const { number, otherNumber, smsReplies, read } = request.body
    const { items: [phone] } = await phones.list(userId, { filter: { phoneNumber: number }, limit: 1 })
    if (phone === undefined) throw new EarshotError('invalid', 'number is none of your phone numbers.', { field: 'number' })
    const changed = await threads.change(userId, number, otherNumber, {
      ...(smsReplies === undefined ? {} : { smsReplies }),
      ...(read === undefined ? {} : { readAt: new Date(clock.now()) })
    })
    return { success: true as const, thread: { numbers: [number, otherNumber].sort(), smsReplies: true, ...changed } }
  })
}
