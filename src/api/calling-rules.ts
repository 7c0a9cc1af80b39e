import type { FastifyPluginAsync } from 'fastify'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { EarshotError } from '../errors.ts'
import { CallingRulesSchema } from '../store/calling-rules.ts'
import { OptOutSchema } from '../store/opt-outs.ts'
import { identityOf } from './authentication.ts'
import { clearable, crudRoutes, strictBody, withoutNulls } from './crud.ts'
import type { ApiOptions } from './deps.ts'
import { checkPhoneNumber } from './phone-number.ts'
import { replies } from './replies.ts'

const Rules = Type.Omit(CallingRulesSchema, ['_id', 'userId', 'created_at', 'updated_at'], { title: 'CallingRules', additionalProperties: false })
const tags = ['Calling rules']

/** Whom calls may reach, when, and how many. */
export const callingRulesRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps: { stores: { callingRules } } }) => {
  app.get('/', {
    schema: { tags, summary: 'Read the calling rules', response: replies(200, { callingRules: Rules }) }
  }, async (request) => ({ success: true as const, callingRules: await callingRules.get(identityOf(request).userId) }))

  app.patch('/', {
    schema: { tags, summary: 'Change the calling rules', description: 'Only the given fields.', body: Type.Partial(Rules, { additionalProperties: false }), response: replies(200, { callingRules: Rules }) }
  }, async (request) => {
    const { userId } = identityOf(request)
    const { callFromHour, callUntilHour } = { ...await callingRules.get(userId), ...request.body }
    if (callFromHour >= callUntilHour) throw new EarshotError('invalid', 'callFromHour must be before callUntilHour.', { field: 'callFromHour' })
    return { success: true as const, callingRules: await callingRules.change(userId, request.body) }
  })
}

const { phoneNumber } = OptOutSchema.properties
const reason = Type.String({ maxLength: 200 })

/** Numbers that are never called. */
export const doNotCallRoutes: FastifyPluginAsync<ApiOptions> = async (app, { deps: { stores: { optOuts } } }) => {
  crudRoutes(app, {
    one: 'doNotCall',
    aOne: 'a number that is not called',
    many: 'doNotCalls',
    tag: 'Calling rules',
    schema: Type.Omit(OptOutSchema, ['isDeleted', 'channel']),
    createBody: strictBody({ phoneNumber, reason: Type.Optional(reason) }),
    changeBody: strictBody({ reason: clearable(reason) }),
    filters: { phoneNumber: Type.Optional(phoneNumber) },
    sorts: ['phoneNumber'],
    find: async (userId, id) => ofCalls(await optOuts.find(userId, id)),
    list: (userId, query) => optOuts.list(userId, { ...query, filter: { ...query.filter, channel: 'calls' } }),
    async create (userId, body) {
      checkPhoneNumber(body.phoneNumber, 'phoneNumber')
      return await optOuts.create(userId, { ...body, channel: 'calls' })
    },
    change: (userId, id, body) => optOuts.update(userId, id, withoutNulls(body), { channel: 'calls' }),
    remove: (userId, id) => optOuts.remove(userId, id, { channel: 'calls' }),
    show: ({ channel: _, ...shown }) => shown
  })
}

const ofCalls = <R extends { channel: string }> (optOut: R | undefined): R | undefined => optOut?.channel === 'calls' ? optOut : undefined
