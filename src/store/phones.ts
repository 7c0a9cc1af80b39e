import { randomUUID } from 'node:crypto'
import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Database } from './collection.ts'
import { asRecord, OWNED_INDEXES, ownedStore, type OwnedStore } from './owned-store.ts'
import { E164, IsDeleted, oneOf, recordSchema, type StoreFilled } from './record.ts'
import { renewEnvelopes } from './renew-envelopes.ts'
import type { Secrets } from './secrets.ts'

export const PhoneSchema = recordSchema({
  uuid: Type.String({ format: 'uuid', description: 'Another name for it, which stays when ids change' }),
  phoneNumber: E164,
  provider: oneOf(['twilio'], { description: 'Who carries its calls' }),
  twilioAccountSid: Type.String({ pattern: '^AC[0-9A-Za-z]{2,62}$', description: 'The Twilio account that the number belongs to' }),
  twilioAuthToken: Type.String({ description: 'Encrypted; never returned' }),
  isActive: Type.Boolean({ description: 'Off: calls and messages to it are refused' }),
  overflowUrl: Type.Optional(Type.String({ format: 'uri', pattern: '^https?://', maxLength: 2000, description: 'Where Twilio asks what to do with a call that finds all lines busy; left out: the caller hears a sentence' })),
  isDeleted: IsDeleted
})
export type PhoneRecord = Static<typeof PhoneSchema>

/** A registration as it is given: with the auth token in clear, which is encrypted before it is stored. */
export type NewPhone = Omit<PhoneRecord, StoreFilled | 'uuid' | 'provider'>

export interface PhoneStore extends OwnedStore<PhoneRecord, NewPhone> {
  /** The live, active registration of a number, whoever owns it: how a call from Twilio finds its owner. */
  findActiveByNumber (phoneNumber: string): Promise<PhoneRecord | undefined>
  /**
   * Does something that makes use of a registration: until it is done, or a minute has passed, the registration cannot be removed.
   * Undefined: the user has no such live registration.
   */
  using<T> (userId: string, phone: { _id: string } | { phoneNumber: string }, work: (phone: PhoneRecord) => Promise<T>): Promise<T | undefined>
  /**
   * Removes a registration that nothing uses; false when there is none.
   * @param usersOf names what uses it
   * @throws EarshotError `conflict`, naming what uses it
   */
  removeUnused (userId: string, id: string, usersOf: (phone: PhoneRecord) => Promise<string[]>): Promise<boolean>
  /** The only way to the auth token in clear. */
  decryptAuthToken (phone: PhoneRecord): string
}

/** A number has one live registration, whoever owns it. */
const INDEXES = [...OWNED_INDEXES, { fields: ['live_number'], unique: true, sparse: true }]

/** A claim whose process died does not keep a registration for ever. */
const CLAIM_MS = 60_000

/** What the store keeps to itself of a phone. A claim is a use of it that is being made. */
type KeptPhone = PhoneRecord & { revision: number, claims?: Array<{ id: string, at: Date }> }

export const openPhones = async (database: Database, clock: Clock, secrets: Secrets): Promise<PhoneStore> => {
  const collection = await database.collection<KeptPhone>('registered_phone_numbers', INDEXES)
  secrets.keptIn('registered_phone_numbers', () => renewEnvelopes(collection, ({ uuid, twilioAuthToken }) => ({ twilioAuthToken: secrets.renew(twilioAuthToken, uuid) })))
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

    async using (userId, phone, work) {
      const id = randomUUID()
      const claimed = await collection.findOneAndUpdate({ ...phone, userId, isDeleted: false }, { $push: { claims: { id, at: new Date(clock.now()) } }, $inc: { revision: 1 } })
      if (claimed === undefined) return undefined
      try {
        return await work(asRecord<PhoneRecord>(PhoneSchema, claimed))
      } finally {
        await collection.updateOne({ _id: claimed._id }, { $pull: { claims: { id } } })
      }
    },

    // Who makes use of a phone claims it, stores the use, lets go. So a use is either stored when we look, or its claim is
    // there when we read the phone, or it raises the revision after that and the removal does not match.
    async removeUnused (userId, id, usersOf) {
      for (;;) {
        const phone = await collection.findOne({ _id: id, userId, isDeleted: false })
        if (phone === undefined) return false
        if (phone.claims?.some(({ at }) => clock.now() - at.getTime() < CLAIM_MS) === true) throw new EarshotError('conflict', 'This phone number is being put to use at this moment.')
        const users = await usersOf(asRecord<PhoneRecord>(PhoneSchema, phone))
        if (users.length > 0) throw new EarshotError('conflict', `This phone number is still used by ${users.join(', ')}.`)
        if (await store.remove(userId, id, { revision: phone.revision })) return true
      }
    },

    decryptAuthToken: ({ twilioAuthToken, uuid }) => secrets.decrypt(twilioAuthToken, uuid)
  }
}
