import { Type, type Static } from 'typebox'
import { E164, Id, oneOf, recordSchema, Timestamp, type StoreFilled } from './record.ts'
import type { OwnedStore } from './owned-store.ts'

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
