import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Database } from './collection.ts'
import { OWNED_INDEXES, ownedStore, type OwnedStore } from './owned-store.ts'
import { E164, IsDeleted, oneOf, recordSchema, type StoreFilled } from './record.ts'

/** A number that wants no calls, or no text messages, from a user. Earshot's own collection. */
export const OptOutSchema = recordSchema({
  phoneNumber: E164,
  channel: oneOf(['calls', 'messages'], { description: 'What it wants none of' }),
  ourNumber: Type.Optional({ ...E164, description: 'The one number of the user\'s that may not write to it; left out: none may' }),
  reason: Type.Optional(Type.String({ maxLength: 200, description: 'For people' })),
  isDeleted: IsDeleted
})
export type OptOutRecord = Static<typeof OptOutSchema>

export type NewOptOut = Omit<OptOutRecord, StoreFilled>

export interface OptOutStore extends OwnedStore<OptOutRecord, NewOptOut> {
  /** Whether a number wants nothing, from all of a user's numbers or from this one. */
  has (userId: string, channel: OptOutRecord['channel'], phoneNumber: string, ourNumber?: string): Promise<boolean>
  /** Notes that somebody wants no text messages from one of a user's numbers. Safe to repeat. */
  stopMessages (userId: string, phoneNumber: string, ourNumber: string, reason: string): Promise<void>
  /** Takes that back. Safe to repeat. */
  startMessages (userId: string, phoneNumber: string, ourNumber: string): Promise<void>
}

const INDEXES = [...OWNED_INDEXES, { fields: ['opted_out'], unique: true, sparse: true }]

const keyOf = (userId: string, channel: string, phoneNumber: string, ourNumber?: string): string =>
  [userId, channel, phoneNumber, ...(ourNumber === undefined ? [] : [ourNumber])].join(' ')

export const openOptOuts = async (database: Database, clock: Clock): Promise<OptOutStore> => {
  const collection = await database.collection<OptOutRecord & { revision: number }>('opt_outs', INDEXES)
  const store = ownedStore<OptOutRecord, NewOptOut>(collection, clock, {
    schema: OptOutSchema,
    complete: (fields) => fields,
    uniqueKeys: ({ userId, channel, phoneNumber, ourNumber }) => ({ opted_out: keyOf(userId, channel, phoneNumber, ourNumber) }),
    duplicate: { field: 'phoneNumber', message: 'This phone number is on the list already.' }
  })
  return {
    ...store,
    async has (userId, channel, phoneNumber, ourNumber) {
      const keys = [keyOf(userId, channel, phoneNumber), ...(ourNumber === undefined ? [] : [keyOf(userId, channel, phoneNumber, ourNumber)])]
      return await collection.findOne({ opted_out: { $in: keys }, isDeleted: false }) !== undefined
    },
    async stopMessages (userId, phoneNumber, ourNumber, reason) {
      try {
        await store.create(userId, { phoneNumber, channel: 'messages', ourNumber, reason })
      } catch (error) {
        if (!(error instanceof EarshotError) || error.code !== 'duplicate') throw error
      }
    },
    async startMessages (userId, phoneNumber, ourNumber) {
      const kept = await collection.findOne({ opted_out: keyOf(userId, 'messages', phoneNumber, ourNumber), isDeleted: false })
      if (kept !== undefined) await store.remove(userId, kept._id)
    }
  }
}
