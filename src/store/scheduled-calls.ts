import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { Database } from './collection.ts'
import { OWNED_INDEXES, ownedStore, type OwnedStore } from './owned-store.ts'
import { E164, Id, oneOf, recordSchema, Timestamp, type StoreFilled } from './record.ts'

export const ScheduledCallSchema = recordSchema({
  callType: oneOf(['ai', 'normal']),
  fromPhoneNumberId: Id,
  toPhoneNumbers: Type.Array(E164, { minItems: 1, maxItems: 1_000, uniqueItems: true }),
  scheduledDateTime: Timestamp,
  promptId: Type.Optional(Id),
  promptContent: Type.Optional(Type.String({ maxLength: 50_000, description: 'The prompt as it was when the call was scheduled' })),
  status: oneOf(['pending', 'completed', 'failed']),
  isDeleted: Type.Boolean()
})
export type ScheduledCallRecord = Static<typeof ScheduledCallSchema>

export type NewScheduledCall = Omit<ScheduledCallRecord, StoreFilled | 'status'>

export type ScheduledCallStore = OwnedStore<ScheduledCallRecord, NewScheduledCall>

/** The scheduler asks for what is pending and due. */
const INDEXES = [...OWNED_INDEXES, { fields: ['status', 'scheduledDateTime'] }]

export const openScheduledCalls = async (database: Database, clock: Clock): Promise<ScheduledCallStore> =>
  ownedStore<ScheduledCallRecord, NewScheduledCall>(await database.collection('scheduled_calls', INDEXES), clock, {
    schema: ScheduledCallSchema,
    complete: (fields) => ({ ...fields, status: 'pending' })
  })
