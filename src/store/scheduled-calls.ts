import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { Database, Filter } from './collection.ts'
import { createId, sha256 } from './id.ts'
import { asRecord, OWNED_INDEXES, ownedStore, type OwnedStore } from './owned-store.ts'
import { E164, Id, IsDeleted, oneOf, recordSchema, type StoreFilled, Timestamp } from './record.ts'

/** A call a second makes these in a quarter of an hour. */
export const MAX_NUMBERS = 1_000

/** What became of one number of a schedule. */
const ResultSchema = Type.Object({
  phoneNumber: E164,
  outcome: oneOf(['reached', 'voicemail', 'machine', 'busy', 'no-answer', 'canceled', 'failed', 'refused', 'unknown', 'waiting'], { description: 'Of the last attempt. voicemail: a machine answered and took the agent\'s message; machine: one answered, or a fax, and took none; refused: it was not called, for the given reason; waiting: it is not called yet, for the given reason' }),
  attempts: Type.Optional(Type.Integer({ minimum: 0, description: 'How often it was called' })),
  callSid: Type.Optional(Type.String({ description: 'Of the last call' })),
  reason: Type.Optional(Type.String()),
  nextAttemptAt: Type.Optional(Timestamp)
}, { additionalProperties: false })
export type ScheduledCallResult = Static<typeof ResultSchema>

/** Which numbers are called again. */
const RetrySchema = Type.Object({
  on: Type.Array(oneOf(['voicemail', 'machine', 'busy', 'no-answer', 'canceled', 'failed']), { minItems: 1, maxItems: 6, uniqueItems: true, description: 'The outcomes after which a number is called again' }),
  count: Type.Integer({ minimum: 1, maximum: 10, description: 'How often at most, beside the first time' }),
  delayMinutes: Type.Integer({ minimum: 1, maximum: 10_080, description: 'From the end of a call to the next one' })
}, { additionalProperties: false })

/** When a schedule is kept again. */
const RecurrenceSchema = Type.Object({
  rule: Type.String({ minLength: 6, maxLength: 500, description: 'An RRULE of RFC 5545 whose FREQ is DAILY, WEEKLY, MONTHLY or YEARLY; COUNT or UNTIL ends it' }),
  timeZone: Type.String({ minLength: 1, maxLength: 64, description: 'IANA name, such as Europe/Berlin: the clock that the rule goes by, summer time included' }),
  startsAt: Type.Unsafe<Date>({ ...Timestamp, description: 'The rule\'s DTSTART, and the time of day where the rule names none' })
}, { additionalProperties: false })
export type Recurrence = Static<typeof RecurrenceSchema>

export const ScheduledCallSchema = recordSchema({
  callType: oneOf(['ai', 'normal'], { description: 'ai: an agent talks; normal: the prompt is read out' }),
  fromPhoneNumberId: { ...Id, description: 'The registered phone that calls' },
  toPhoneNumbers: Type.Array(E164, { minItems: 1, maxItems: MAX_NUMBERS, uniqueItems: true, description: 'The numbers to be called, in this order' }),
  scheduledDateTime: { ...Timestamp, description: 'When to begin' },
  promptId: Type.Optional({ ...Id, description: 'Required for an ai call' }),
  promptContent: Type.Optional(Type.String({ maxLength: 50_000, description: 'The prompt as it was when the call was scheduled' })),
  status: oneOf(['pending', 'completed', 'failed'], { description: 'completed: somebody was reached, or a machine took a message' }),
  detectMachines: Type.Optional(Type.Boolean({ description: 'For ai calls: whether Twilio finds out if a machine answers; left out: as the agent says' })),
  retry: Type.Optional({ ...RetrySchema, description: 'Which numbers are called again; left out: none' }),
  recurrence: Type.Optional({ ...RecurrenceSchema, description: 'When it is kept again; left out: never' }),
  seriesId: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'What the occurrences of a recurring schedule have in common: the id of the first one' })),
  occurrenceAt: Type.Optional({ ...Timestamp, description: 'When the rule has this occurrence, also after it was moved' }),
  results: Type.Optional(Type.Array(ResultSchema, { description: 'Of the numbers that were called, refused or wait; the schedule has failed when none was reached and no message was left' })),
  isDeleted: IsDeleted
})
export type ScheduledCallRecord = Static<typeof ScheduledCallSchema>

/** What one occurrence of a series has of the one before. */
const NEW = Type.Omit(ScheduledCallSchema, ['_id', 'userId', 'created_at', 'updated_at', 'isDeleted', 'status', 'results'])

export type NewScheduledCall = Omit<ScheduledCallRecord, StoreFilled | 'status' | 'results'>

/** A schedule that one worker has for itself until the lease ends, as it was when that began. */
export interface LeasedSchedule { schedule: ScheduledCallRecord, lease: string, revision: number }

export interface ScheduledCallStore extends OwnedStore<ScheduledCallRecord, NewScheduledCall> {
  /** Takes the due, pending schedule that has waited longest and that no worker has, for `leaseMs`. */
  claimDue (leaseMs: number): Promise<LeasedSchedule | undefined>
  /** How many wait that are due, and not set aside until later. */
  countDue (): Promise<number>
  /**
   * Stores the occurrence of a series that follows another one, once: also when it was removed meanwhile, it is not made again.
   * Of a series that has ended nothing is left.
   */
  addOccurrence (previous: ScheduledCallRecord, at: Date): Promise<void>
  /** Ends a series: what is pending of it is removed, and nothing follows. Answers the removed ones. */
  endSeries (userId: string, seriesId: string): Promise<ScheduledCallRecord[]>
  /** As of every document. A series that was ended goes on with what is restored of it. */
  restore (userId: string, id: string): Promise<ScheduledCallRecord | undefined>
  hasEnded (userId: string, seriesId: string): Promise<boolean>
  /**
   * Ends a lease with what is new; without a status the schedule is due again after `againMs`. Nothing happens when the lease is another's by now; and of a schedule that its
   * owner has changed meanwhile, nothing is concluded: it is due at once, as it is now. Answers whether the change was made.
   */
  release (leased: LeasedSchedule, change: { results: ScheduledCallResult[], status?: 'completed' | 'failed' }, againMs: number): Promise<boolean>
}

/** The scheduler asks for what is pending and due. */
const INDEXES = [...OWNED_INDEXES, { fields: ['status', 'scheduledDateTime'] }, { fields: ['userId', 'seriesId'], sparse: true }]

/** What the store keeps to itself of a schedule: which worker has it, and until when it is left alone; on the first one of a series, when that was ended. */
type Kept = ScheduledCallRecord & { revision: number, lease?: string, leaseUntil?: Date, seriesEndedAt?: Date }

/** A series has one document for a time. Its first 8 digits are that time, as in every id. */
const occurrenceId = ({ seriesId, recurrence }: ScheduledCallRecord, at: Date): string =>
  createId(at.getTime()).slice(0, 8) + sha256(`${seriesId} ${recurrence?.startsAt.toISOString()} ${recurrence?.rule} ${at.toISOString()}`).slice(0, 16)

export const openScheduledCalls = async (database: Database, clock: Clock): Promise<ScheduledCallStore> => {
  const collection = await database.collection<Kept>('scheduled_calls', INDEXES)
  const at = (ms: number) => new Date(clock.now() + ms)
  const store = ownedStore<ScheduledCallRecord, NewScheduledCall>(collection, clock, {
    schema: ScheduledCallSchema,
    complete: (fields) => ({ ...fields, status: 'pending' })
  })
  const hasEnded = async (userId: string, seriesId: string) => await collection.count({ _id: seriesId, userId, seriesEndedAt: { $exists: true } }) > 0
  return {
    ...store,
    hasEnded,
    async restore (userId, id) {
      const removed = await store.findRemoved(userId, id)
      if (removed?.seriesId !== undefined) await collection.updateOne({ _id: removed.seriesId, userId }, { $unset: { seriesEndedAt: true } })
      return await store.restore(userId, id)
    },
    async addOccurrence (previous, at) {
      const { userId, seriesId } = previous
      if (seriesId === undefined) return
      const fields = asRecord<NewScheduledCall>(NEW, previous)
      const { _id } = await store.create(userId, { ...fields, occurrenceAt: at, scheduledDateTime: at }, occurrenceId(previous, at))
      // Who ends a series marks it and then removes what is pending: either that finds the new one, or we find the mark.
      if (await hasEnded(userId, seriesId)) await store.remove(userId, _id, { status: 'pending' })
    },
    async endSeries (userId, seriesId) {
      await collection.updateOne({ _id: seriesId, userId }, { $set: { seriesEndedAt: at(0) } })
      const removed: ScheduledCallRecord[] = []
      for (const schedule of await collection.find({ userId, seriesId, status: 'pending', isDeleted: false })) {
        if (await store.remove(userId, schedule._id, { status: 'pending' })) removed.push(asRecord<ScheduledCallRecord>(ScheduledCallSchema, schedule))
      }
      return removed
    },
    async claimDue (leaseMs) {
      const lease = createId(clock.now())
      const kept = await collection.findOneAndUpdate(
        { status: 'pending', isDeleted: false, scheduledDateTime: { $lte: at(0) }, $or: [{ leaseUntil: { $exists: false } }, { leaseUntil: { $lte: at(0) } }] },
        { $set: { lease, leaseUntil: at(leaseMs) } },
        { sort: { scheduledDateTime: 1, _id: 1 } }
      )
      return kept && { lease, revision: kept.revision, schedule: asRecord<ScheduledCallRecord>(ScheduledCallSchema, kept) }
    },
    countDue: () => collection.count({ status: 'pending', isDeleted: false, scheduledDateTime: { $lte: at(0) }, $or: [{ leaseUntil: { $exists: false } }, { leaseUntil: { $lte: at(0) } }] }),
    async release ({ schedule, lease, revision }, change, againMs) {
      const leased: Filter = { _id: schedule._id, lease, status: 'pending' }
      const released = await collection.updateOne({ ...leased, revision }, {
        $set: { ...change, leaseUntil: at(againMs), updated_at: at(0) },
        $unset: { lease: true },
        $inc: { revision: 1 }
      })
      if (released === 0) await collection.updateOne(leased, { $unset: { lease: true, leaseUntil: true } })
      return released === 1
    }
  }
}
