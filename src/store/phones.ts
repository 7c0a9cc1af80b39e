import { Type, type Static } from 'typebox'
import { E164, oneOf, recordSchema, type StoreFilled } from './record.ts'
import type { OwnedStore } from './owned-store.ts'

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
