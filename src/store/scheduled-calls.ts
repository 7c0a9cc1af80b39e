import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { Database } from './collection.ts'
import { createId } from './id.ts'
import { asRecord, OWNED_INDEXES, ownedStore, type OwnedStore } from './owned-store.ts'
import { E164, Id, oneOf, recordSchema, Timestamp, type StoreFilled } from './record.ts'

/** What became of one number of a schedule. */
const ResultSchema = Type.Object({
  phoneNumber: E164,
  outcome: oneOf(['reached', 'busy', 'no-answer', 'canceled', 'failed', 'refused', 'unknown', 'waiting'], { description: 'Of the last attempt. refused: it was not called, for the given reason; waiting: it is not called yet, for the given reason' }),
  attempts: Type.Optional(Type.Integer({ minimum: 0, description: 'How often it was called' })),
  callSid: Type.Optional(Type.String({ description: 'Of the last call' })),
  reason: Type.Optional(Type.String()),
  nextAttemptAt: Type.Optional(Timestamp)
}, { additionalProperties: false })
export type ScheduledCallResult = Static<typeof ResultSchema>

/** Which numbers are called again. */
const RetrySchema = Type.Object({
  on: Type.Array(oneOf(['busy', 'no-answer', 'canceled', 'failed']), { minItems: 1, maxItems: 4, uniqueItems: true, description: 'The outcomes after which a number is called again' }),
  count: Type.Integer({ minimum: 1, maximum: 10, description: 'How often at most, beside the first time' }),
  delayMinutes: Type.Integer({ minimum: 1, maximum: 10_080, description: 'From the end of a call to the next one' })
}, { additionalProperties: false })

export const ScheduledCallSchema = recordSchema({
  callType: oneOf(['ai', 'normal']),
  fromPhoneNumberId: Id,
  toPhoneNumbers: Type.Array(E164, { minItems: 1, maxItems: 1_000, uniqueItems: true }),
  scheduledDateTime: Timestamp,
  promptId: Type.Optional(Id),
  promptContent: Type.Optional(Type.String({ maxLength: 50_000, description: 'The prompt as it was when the call was scheduled' })),
  status: oneOf(['pending', 'completed', 'failed']),
  retry: Type.Optional(RetrySchema),
  results: Type.Optional(Type.Array(ResultSchema, { description: 'Of the numbers that were called, refused or wait; the schedule has failed when none was reached' })),
  isDeleted: Type.Boolean()
})
export type ScheduledCallRecord = Static<typeof ScheduledCallSchema>

export type NewScheduledCall = Omit<ScheduledCallRecord, StoreFilled | 'status' | 'results'>

/** A schedule that one worker has for itself until the lease ends. */
export interface LeasedSchedule { schedule: ScheduledCallRecord, lease: string }

export interface ScheduledCallStore extends OwnedStore<ScheduledCallRecord, NewScheduledCall> {
  /** Takes the due, pending schedule that has waited longest and that no worker has, for `leaseMs`. */
  claimDue (leaseMs: number): Promise<LeasedSchedule | undefined>
  /** Ends a lease with what is new; without a status the schedule is due again after `againMs`. Nothing happens when the lease is another's by now. */
  release (leased: LeasedSchedule, change: { results: ScheduledCallResult[], status?: 'completed' | 'failed' }, againMs: number): Promise<void>
}

/** The scheduler asks for what is pending and due. */
const INDEXES = [...OWNED_INDEXES, { fields: ['status', 'scheduledDateTime'] }]

/** What the store keeps to itself of a schedule: which worker has it, and until when it is left alone. */
type Kept = ScheduledCallRecord & { revision: number, lease?: string, leaseUntil?: Date }

export const openScheduledCalls = async (database: Database, clock: Clock): Promise<ScheduledCallStore> => {
  const collection = await database.collection<Kept>('scheduled_calls', INDEXES)
  const at = (ms: number) => new Date(clock.now() + ms)
  return {
    ...ownedStore<ScheduledCallRecord, NewScheduledCall>(collection, clock, {
      schema: ScheduledCallSchema,
      complete: (fields) => ({ ...fields, status: 'pending' })
    }),
    async claimDue (leaseMs) {
      const lease = createId(clock.now())
      const kept = await collection.findOneAndUpdate(
        { status: 'pending', isDeleted: false, scheduledDateTime: { $lte: at(0) }, $or: [{ leaseUntil: { $exists: false } }, { leaseUntil: { $lte: at(0) } }] },
        { $set: { lease, leaseUntil: at(leaseMs) } },
        { sort: { scheduledDateTime: 1, _id: 1 } }
      )
      return kept && { lease, schedule: asRecord<ScheduledCallRecord>(ScheduledCallSchema, kept) }
    },
    async release ({ schedule, lease }, change, againMs) {
      await collection.updateOne({ _id: schedule._id, lease, status: 'pending' }, {
        $set: { ...change, leaseUntil: at(againMs), updated_at: at(0) },
        $unset: { lease: true },
        $inc: { revision: 1 }
      })
    }
  }
}
