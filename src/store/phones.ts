import { randomUUID } from 'node:crypto'
import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { Database } from './collection.ts'
import { asRecord, OWNED_INDEXES, ownedStore, type OwnedStore } from './owned-store.ts'
import { E164, oneOf, recordSchema, type StoreFilled } from './record.ts'
import type { Secrets } from './secrets.ts'

export const PhoneSchema = recordSchema({
  uuid: Type.String({ format: 'uuid' }),
  phoneNumber: E164,
  provider: oneOf(['twilio']),
  twilioAccountSid: Type.String({ pattern: '^AC[0-9a-fA-F]{32}$' }),
  twilioAuthToken: Type.String({ description: 'Encrypted; never returned' }),
  isActive: Type.Boolean(),
  isDeleted: Type.Boolean()
})
export type PhoneRecord = Static<typeof PhoneSchema>

/** A registration as it is given: with the auth token in clear, which is encrypted before it is stored. */
export type NewPhone = Omit<PhoneRecord, StoreFilled | 'uuid' | 'provider'>

export interface PhoneStore extends OwnedStore<PhoneRecord, NewPhone> {
  /** The live, active registration of a number, whoever owns it: how a call from Twilio finds its owner. */
  findActiveByNumber (phoneNumber: string): Promise<PhoneRecord | undefined>
  /** The only way to the auth token in clear. */
  decryptAuthToken (phone: PhoneRecord): string
}

/** A number has one live registration, whoever owns it. */
const INDEXES = [...OWNED_INDEXES, { fields: ['live_number'], unique: true, sparse: true }]

export const openPhones = async (database: Database, clock: Clock, secrets: Secrets): Promise<PhoneStore> => {
  const collection = await database.collection<PhoneRecord & { revision: number }>('registered_phone_numbers', INDEXES)
  const store = ownedStore<PhoneRecord, NewPhone>(collection, clock, {
    schema: PhoneSchema,
    complete (fields) {
      const uuid = randomUUID()
      return { ...fields, uuid, provider: 'twilio', twilioAuthToken: secrets.encrypt(fields.twilioAuthToken, uuid) }
    },
    uniqueKeys: ({ phoneNumber }) => ({ live_number: phoneNumber }),
    duplicate: { field: 'phoneNumber', message: 'This phone number is registered already.' }
  })
  return {
    ...store,

    async update (userId, id, { twilioAuthToken, ...fields }) {
      if (twilioAuthToken === undefined) return await store.update(userId, id, fields)
      const phone = await store.find(userId, id)
      return phone && await store.update(userId, id, { ...fields, twilioAuthToken: secrets.encrypt(twilioAuthToken, phone.uuid) })
    },

    async findActiveByNumber (phoneNumber) {
      const phone = await collection.findOne({ live_number: phoneNumber, isActive: true, isDeleted: false })
      return phone && asRecord<PhoneRecord>(PhoneSchema, phone)
    },

    decryptAuthToken: ({ twilioAuthToken, uuid }) => secrets.decrypt(twilioAuthToken, uuid)
  }
}
