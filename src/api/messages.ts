import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { EarshotError } from '../errors.ts'
import type { Filter } from '../store/collection.ts'
import { MessageSchema } from '../store/messages.ts'
import { Id } from '../store/record.ts'
import { identityOf } from './authentication.ts'
import type { ApiOptions } from './deps.ts'
import { containing, idParams, nextCursor, pageOf, pageQuery, searchText } from './lists.ts'
import { replies } from './replies.ts'

const tags = ['Messages']
/** A message as it is shown. */
export const Message = Type.Omit(MessageSchema, ['isDeleted'], { title: 'Message', additionalProperties: false })
const PhoneNumber = Type.String({ minLength: 1, maxLength: 64 })

const MessageQuery = pageQuery({
  number: Type.Optional({ ...PhoneNumber, description: 'On either end' }),
  otherNumber: Type.Optional({ ...PhoneNumber, description: 'On the other end from number: the two name a thread' }),
  agentId: Type.Optional(Id),
  search: searchText('In the text')
})

/** Text messages. */
export const messageRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps: { stores: { messages } } }) => {
  app.get('/', {
    schema: { tags, summary: 'List messages', description: 'Newest first.', querystring: MessageQuery, response: replies(200, { messages: Type.Array(Message), nextCursor }) }
  }, async (request) => {
    const { items, ...rest } = await messages.list(identityOf(request).userId, { ...pageOf(request.query), filter: filterOf(request.query) })
    return { success: true as const, messages: items, ...rest }
  })

  app.get('/:id', {
    schema: { tags, summary: 'Read a message', params: idParams, response: replies(200, { message: Message }) }
  }, async (request) => {
    const message = await messages.find(identityOf(request).userId, request.params.id)
    if (message === undefined) throw new EarshotError('not_found')
    return { success: true as const, message }
  })

  app.delete('/:id', {
    schema: { tags, summary: 'Remove a message', description: 'From lists, threads and answers, and from what agents remember. 409: it is being sent or answered.', params: idParams, response: replies(200, {}) }
  }, async (request) => {
    if (!await messages.remove(identityOf(request).userId, request.params.id)) throw new EarshotError('not_found')
    return { success: true as const }
  })

  app.post('/:id/restore', {
    schema: { tags, summary: 'Restore a message', description: 'Takes a removal back.', params: idParams, response: replies(200, { message: Message }) }
  }, async (request) => {
    const message = await messages.restore(identityOf(request).userId, request.params.id)
    if (message === undefined) throw new EarshotError('not_found')
    return { success: true as const, message }
  })
}

const filterOf = ({ number, otherNumber, agentId, search }: Static<typeof MessageQuery>): Filter => {
  if (otherNumber !== undefined && number === undefined) throw new EarshotError('invalid', 'otherNumber needs number.', { field: 'number' })
  const ends = otherNumber === undefined
    ? [{ fromNumber: number }, { toNumber: number }]
    : [{ fromNumber: number, toNumber: otherNumber }, { fromNumber: otherNumber, toNumber: number }]
  return {
    ...(number === undefined ? {} : { $or: ends }),
    ...(agentId === undefined ? {} : { agentId }),
    ...(search === undefined ? {} : { body: containing(search) })
  }
}
