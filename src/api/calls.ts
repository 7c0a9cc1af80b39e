import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { EarshotError } from '../errors.ts'
import { CallSchema } from '../store/calls.ts'
import { HIDDEN_CALL_FIELDS } from '../store/carrier.ts'
import type { Filter } from '../store/collection.ts'
import { oneOf } from '../store/record.ts'
import { identityOf } from './authentication.ts'
import type { ApiOptions } from './deps.ts'
import { containing, idParams, nextCursor, pageOf, pageQuery, searchText } from './lists.ts'
import { replies } from './replies.ts'

/** A call as it is shown. */
export const Call = Type.Omit(CallSchema, ['isDeleted', ...HIDDEN_CALL_FIELDS], { title: 'Call', additionalProperties: false })
const tags = ['Calls']

const Instant = Type.String({ format: 'date-time' })
const PhoneNumber = Type.String({ minLength: 1, maxLength: 64 })

const CallQuery = pageQuery({
  agent_id: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Calls of this agent' })),
  number: Type.Optional({ ...PhoneNumber, description: 'On either end of the call' }),
  from_number: Type.Optional({ ...PhoneNumber, description: 'Who called' }),
  to_number: Type.Optional({ ...PhoneNumber, description: 'Who was called' }),
  status: Type.Optional(CallSchema.properties.status),
  started_after: Type.Optional({ ...Instant, description: 'Calls that began at this instant or later' }),
  started_before: Type.Optional({ ...Instant, description: 'Calls that began before this instant' }),
  search: searchText('In the transcript'),
  transcript: Type.Optional(Type.Boolean({ description: 'Whether the calls come with their transcripts; true when left out. Without, each transcript is empty' })),
  sort: Type.Optional(oneOf(['start_time', '-start_time'], { description: 'Oldest or newest first; newest when left out' }))
})

/** Calls with their transcripts. */
export const callRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps: { stores: { calls } } }) => {
  app.get('/', {
    schema: { tags, summary: 'List calls', querystring: CallQuery, response: replies(200, { calls: Type.Array(Call), nextCursor }) }
  }, async (request) => {
    const { items, ...rest } = await calls.list(identityOf(request).userId, {
      ...pageOf(request.query),
      filter: filterOf(request.query),
      sort: { field: 'start_time', direction: request.query.sort === 'start_time' ? 1 : -1 }
    })
    return { success: true as const, calls: request.query.transcript === false ? items.map((call) => ({ ...call, transcript: [] })) : items, ...rest }
  })

  app.get('/:id', {
    schema: { tags, summary: 'Read a call', params: idParams, response: replies(200, { call: Call }) }
  }, async (request) => {
    const call = await calls.find(identityOf(request).userId, request.params.id)
    if (call === undefined) throw new EarshotError('not_found')
    return { success: true as const, call }
  })

  app.delete('/:id', {
    schema: { tags, summary: 'Remove a call', description: 'From lists and answers; the analytics count it still. Its files and its transcript stay as long as the retention says. 409: it is live.', params: idParams, response: replies(200, {}) }
  }, async (request) => {
    if (!await calls.remove(identityOf(request).userId, request.params.id)) throw new EarshotError('not_found')
    return { success: true as const }
  })

  app.post('/:id/restore', {
    schema: { tags, summary: 'Restore a call', description: 'Takes a removal back.', params: idParams, response: replies(200, { call: Call }) }
  }, async (request) => {
    const call = await calls.restore(identityOf(request).userId, request.params.id)
    if (call === undefined) throw new EarshotError('not_found')
    return { success: true as const, call }
  })
}

const filterOf = ({ agent_id: agentId, number, from_number: from, to_number: to, status, started_after: after, started_before: before, search }: Static<typeof CallQuery>): Filter => ({
  ...(agentId === undefined ? {} : { agent_id: agentId }),
  ...(number === undefined ? {} : { $or: [{ from_number: number }, { to_number: number }] }),
  ...(from === undefined ? {} : { from_number: from }),
  ...(to === undefined ? {} : { to_number: to }),
  ...(status === undefined ? {} : { status }),
  ...(search === undefined ? {} : { 'transcript.text': containing(search) }),
  ...(after === undefined && before === undefined
    ? {}
    : { start_time: { ...(after === undefined ? {} : { $gte: new Date(after) }), ...(before === undefined ? {} : { $lt: new Date(before) }) } })
})
