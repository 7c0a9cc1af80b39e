import type { FastifyPluginAsync } from 'fastify'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { EarshotError } from '../errors.ts'
import { CallingRulesSchema } from '../store/calling-rules.ts'
import { OptOutSchema, type OptOutRecord, type OptOutStore } from '../store/opt-outs.ts'
import type { ListQuery } from '../store/page.ts'
import { identityOf } from './authentication.ts'
import { clearable, crudRoutes, strictBody, withoutNulls } from './crud.ts'
import type { ApiOptions } from './deps.ts'
import { checkPhoneNumber } from './phone-number.ts'
import { replies } from './replies.ts'

const Rules = Type.Omit(CallingRulesSchema, ['_id', 'userId', 'created_at', 'updated_at'], { title: 'CallingRules', additionalProperties: false })
const tags = ['Calling rules']

/** Whom calls and text messages may reach, when, and how many. */
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
const reason = Type.String({ maxLength: 200, description: 'For people' })

/** Numbers that are never called. */
export const doNotCallRoutes: FastifyPluginAsync<ApiOptions> = async (app, { deps: { stores: { optOuts } } }) => {
  crudRoutes(app, {
    ...ofChannel(optOuts, 'calls'),
    one: 'doNotCall',
    aOne: 'a number that is not called',
    many: 'doNotCalls',
    schema: Type.Omit(OptOutSchema, ['isDeleted', 'channel', 'ourNumber']),
    createBody: strictBody({ phoneNumber, reason: Type.Optional(reason) })
  })
}

/** Numbers that no text messages are sent to. Who writes STOP is put here, and taken off by START. */
export const doNotTextRoutes: FastifyPluginAsync<ApiOptions> = async (app, { deps: { stores: { optOuts } } }) => {
  crudRoutes(app, {
    ...ofChannel(optOuts, 'messages'),
    one: 'doNotText',
    aOne: 'a number that is not written to',
    many: 'doNotTexts',
    schema: Type.Omit(OptOutSchema, ['isDeleted', 'channel']),
    createBody: strictBody({ phoneNumber, ourNumber: OptOutSchema.properties.ourNumber, reason: Type.Optional(reason) })
  })
}

/** What the two lists have in common. */
const ofChannel = (optOuts: OptOutStore, channel: OptOutRecord['channel']) => ({
  tag: 'Calling rules',
  changeBody: strictBody({ reason: clearable(reason) }),
  filters: { phoneNumber: Type.Optional(phoneNumber) },
  sorts: ['phoneNumber'],
  find: async (userId: string, id: string) => {
    const optOut = await optOuts.find(userId, id)
    return optOut?.channel === channel ? optOut : undefined
  },
  list: (userId: string, query: ListQuery) => optOuts.list(userId, { ...query, filter: { ...query.filter, channel } }),
  create: async (userId: string, body: Pick<OptOutRecord, 'phoneNumber' | 'reason' | 'ourNumber'>) => {
    checkPhoneNumber(body.phoneNumber, 'phoneNumber')
    return await optOuts.create(userId, { ...body, channel })
  },
  change: (userId: string, id: string, body: { reason?: string | null }) => optOuts.update(userId, id, withoutNulls(body), { channel }),
  remove: (userId: string, id: string) => optOuts.remove(userId, id, { channel }),
  restore: async (userId: string, id: string) => (await optOuts.findRemoved(userId, id))?.channel === channel ? await optOuts.restore(userId, id) : undefined,
  show: ({ channel: _, ...shown }: OptOutRecord) => shown
})
