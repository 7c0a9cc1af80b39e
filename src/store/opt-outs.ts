import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { Database } from './collection.ts'
import { OWNED_INDEXES, ownedStore, type OwnedStore } from './owned-store.ts'
import { E164, oneOf, recordSchema, type StoreFilled } from './record.ts'

/** A number that wants no calls, or no text messages, from a user. Earshot's own collection. */
export const OptOutSchema = recordSchema({
  phoneNumber: E164,
  channel: oneOf(['calls', 'messages']),
  reason: Type.Optional(Type.String({ maxLength: 200 })),
  isDeleted: Type.Boolean()
})
export type OptOutRecord = Static<typeof OptOutSchema>

export type NewOptOut = Omit<OptOutRecord, StoreFilled>

export interface OptOutStore extends OwnedStore<OptOutRecord, NewOptOut> {
  has (userId: string, channel: OptOutRecord['channel'], phoneNumber: string): Promise<boolean>
}

const INDEXES = [...OWNED_INDEXES, { fields: ['opted_out'], unique: true, sparse: true }]

const keyOf = (userId: string, channel: string, phoneNumber: string): string => `${userId} ${channel} ${phoneNumber}`

export const openOptOuts = async (database: Database, clock: Clock): Promise<OptOutStore> => {
  const collection = await database.collection<OptOutRecord & { revision: number }>('opt_outs', INDEXES)
  return {
    ...ownedStore<OptOutRecord, NewOptOut>(collection, clock, {
      schema: OptOutSchema,
      complete: (fields) => fields,
      uniqueKeys: ({ userId, channel, phoneNumber }) => ({ opted_out: keyOf(userId, channel, phoneNumber) }),
      duplicate: { field: 'phoneNumber', message: 'This phone number is on the list already.' }
    }),
    has: async (userId, channel, phoneNumber) => await collection.findOne({ opted_out: keyOf(userId, channel, phoneNumber), isDeleted: false }) !== undefined
  }
}
