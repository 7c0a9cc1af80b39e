import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { PhoneSchema, type PhoneRecord } from '../store/phones.ts'
import type { Stores } from '../store/stores.ts'
import { clearable, crudRoutes, strictBody, withoutNulls } from './crud.ts'
import type { ApiOptions } from './deps.ts'
import { checkPhoneNumber } from './phone-number.ts'

const { phoneNumber, provider, twilioAccountSid, isActive, overflowUrl } = PhoneSchema.properties

/** Twilio's tokens have 32 characters; written, never read. */
const AuthToken = Type.String({ description: 'Twilio\'s, by which its requests are verified and ours are signed; never shown again', minLength: 1, maxLength: 256, writeOnly: true })

const Phone = Type.Object({
  ...Type.Omit(PhoneSchema, ['twilioAuthToken', 'isDeleted']).properties,
  twilioAuthTokenSet: Type.Literal(true, { description: 'The token itself is never shown' })
}, { additionalProperties: false })

/** The numbers that Earshot answers and calls from. */
export const phoneRoutes: FastifyPluginAsync<ApiOptions> = async (app, { deps: { stores } }) => {
  const { phones } = stores
  crudRoutes(app, {
    one: 'phone',
    aOne: 'a phone number',
    many: 'phones',
    tag: 'Phones',
    schema: Phone,
    createBody: strictBody({ phoneNumber, provider: Type.Optional(provider), twilioAccountSid, twilioAuthToken: AuthToken, isActive: Type.Optional(isActive), overflowUrl }),
    changeBody: strictBody({ twilioAccountSid: Type.Optional(twilioAccountSid), twilioAuthToken: Type.Optional(AuthToken), isActive: Type.Optional(isActive), overflowUrl: clearable(overflowUrl) }),
    filters: { phoneNumber: Type.Optional(phoneNumber), isActive: Type.Optional(isActive) },
    sorts: ['phoneNumber'],
    find: phones.find,
    list: phones.list,
    async create (userId, { phoneNumber, twilioAccountSid, twilioAuthToken, isActive = true, overflowUrl }) {
      checkPhoneNumber(phoneNumber, 'phoneNumber')
      return await phones.create(userId, { phoneNumber, twilioAccountSid, twilioAuthToken, isActive, ...(overflowUrl !== undefined && { overflowUrl }) })
    },
    change: (userId, id, body) => phones.update(userId, id, withoutNulls(body)),
    remove: (userId, id) => phones.removeUnused(userId, id, (phone) => usersOf(stores, phone)),
    restore: phones.restore,
    show: (phone) => ({ ...phone, twilioAuthTokenSet: true })
  })
}

/** The agents and pending schedules that need a phone, by name. */
const usersOf = async ({ agents, scheduledCalls }: Stores, { _id, userId, phoneNumber }: PhoneRecord): Promise<string[]> => {
  const [users, schedules] = await Promise.all([
    agents.list(userId, { filter: { phoneNumber } }),
    scheduledCalls.list(userId, { filter: { fromPhoneNumberId: _id, status: 'pending' } })
  ])
  return [
    ...users.items.map(({ name }) => `the agent "${name}"`),
    ...schedules.items.map(({ scheduledDateTime }) => `the calls scheduled for ${scheduledDateTime.toISOString()}`)
  ]
}
