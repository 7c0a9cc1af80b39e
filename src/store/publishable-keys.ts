import { randomBytes } from 'node:crypto'
import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { CallRecord } from './calls.ts'
import type { Database } from './collection.ts'
import { asRecord, OWNED_INDEXES, ownedStore, type OwnedStore } from './owned-store.ts'
import { Id, IsDeleted, recordSchema, Timestamp, type StoreFilled } from './record.ts'

const count = (minimum: number, maximum: number, description: string) => Type.Integer({ minimum, maximum, description })

export const QuotaSchema = Type.Object({
  callsPerDay: count(0, 100_000, 'In a day of UTC'),
  minutesPerDay: count(0, 100_000, 'In a day of UTC, of the calls that ended in it; a running call counts with all that it may last'),
  concurrentCalls: count(1, 100, 'At once'),
  minutesPerCall: count(1, 240, 'A call ends, with a spoken goodbye, after this long')
}, { additionalProperties: false })

/** Usage of a key: today's, and the calls that may be running. */
const UsageSchema = Type.Object({
  day: Type.String({ description: 'YYYY-MM-DD, in UTC' }),
  calls: Type.Integer({ minimum: 0 }),
  seconds: Type.Number({ minimum: 0, description: 'Of finished calls' }),
  running: Type.Array(Type.Object({ call_sid: Type.String(), seconds: Type.Integer(), since: Timestamp }, { additionalProperties: false }))
}, { additionalProperties: false })
type Usage = Static<typeof UsageSchema>

/** A key that stands in other sites' pages for everybody to see: it opens calls to one agent, from the named sites, within its quota. */
export const PublishableKeySchema = recordSchema({
  agentId: { ...Id, description: 'The agent that answers' },
  key: Type.String({ description: 'pk_…, not a secret' }),
  name: Type.String({ minLength: 1, maxLength: 200, description: 'For whom it was made; the owner\'s own words' }),
  origins: Type.Array(Type.String({ maxLength: 255 }), { minItems: 1, maxItems: 50, uniqueItems: true, description: 'The sites that may use it, such as https://www.example.com; http:// for this machine only' }),
  quota: { ...QuotaSchema, description: 'What its calls may come to' },
  isActive: Type.Boolean({ description: 'false: it opens no calls' }),
  isDeleted: IsDeleted,
  usage: { ...UsageSchema, description: 'What its calls have come to today' }
})
export type PublishableKeyRecord = Static<typeof PublishableKeySchema>

export type NewPublishableKey = Omit<PublishableKeyRecord, StoreFilled | 'key' | 'usage'>

export type QuotaRefusal = 'callsPerDay' | 'minutesPerDay' | 'concurrentCalls'

export interface PublishableKeyStore extends OwnedStore<PublishableKeyRecord, NewPublishableKey> {
  /** The active key with this text, of whatever owner. Not for requests of users. */
  findByKey (key: string): Promise<PublishableKeyRecord | undefined>
  /** Whether any active key is for this site. */
  knowsOrigin (origin: string): Promise<boolean>
  /**
   * Counts a call that is about to begin, unless the quota is used up: however many ask at once, on however many processes, no more get one.
   * @param look finds a call's record: those that have ended meanwhile are settled
   * @returns the seconds that the call may last, or what is used up; undefined when the key is gone
   */
  begin (id: string, callSid: string, look: (callSid: string) => Promise<CallRecord | undefined>): Promise<{ seconds: number } | { refusal: QuotaRefusal } | undefined>
  /** The call could not be made after all. */
  cancel (id: string, callSid: string): Promise<void>
}

const INDEXES = [...OWNED_INDEXES, { fields: ['key'], unique: true }, { fields: ['origins'] }]

/** Between being counted and being stored a call may be lost, with its process. */
const UNSTORED_MS = 60_000

const dayOf = (date: Date): string => date.toISOString().slice(0, 10)

export const openPublishableKeys = async (database: Database, clock: Clock): Promise<PublishableKeyStore> => {
  const collection = await database.collection<PublishableKeyRecord & { revision: number }>('publishable_keys', INDEXES)
  const today = (): string => dayOf(new Date(clock.now()))
  const store = ownedStore<PublishableKeyRecord, NewPublishableKey>(collection, clock, {
    schema: PublishableKeySchema,
    complete: (fields) => ({ ...fields, key: `pk_${randomBytes(18).toString('base64url')}`, usage: { day: today(), calls: 0, seconds: 0, running: [] } })
  })

  /** The usage as it is now: of today, without the calls that have ended. */
  const settle = async (usage: Usage, look: (callSid: string) => Promise<CallRecord | undefined>): Promise<Usage> => {
    const day = today()
    const settled: Usage = { ...(usage.day === day ? usage : { day, calls: 0, seconds: 0 }), running: [] }
    for (const entry of usage.running) {
      const call = await look(entry.call_sid)
      if (call === undefined ? clock.now() - entry.since.getTime() < UNSTORED_MS : call.status === 'active') settled.running.push(entry)
      else if (call?.end_time !== undefined && dayOf(call.end_time) === day) settled.seconds += call.duration_seconds ?? 0
    }
    return settled
  }

  return {
    ...store,

    async findByKey (key) {
      const found = await collection.findOne({ key, isActive: true, isDeleted: false })
      return found && asRecord<PublishableKeyRecord>(PublishableKeySchema, found)
    },

    knowsOrigin: async (origin) => await collection.findOne({ origins: origin, isActive: true, isDeleted: false }) !== undefined,

    async begin (id, callSid, look) {
      for (;;) {
        const key = await collection.findOne({ _id: id, isActive: true, isDeleted: false })
        if (key === undefined) return undefined
        const { quota } = key
        const usage = await settle(key.usage, look)
        const seconds = quota.minutesPerCall * 60
        const promised = usage.running.reduce((sum, running) => sum + running.seconds, usage.seconds)
        if (usage.calls >= quota.callsPerDay) return { refusal: 'callsPerDay' }
        if (usage.running.length >= quota.concurrentCalls) return { refusal: 'concurrentCalls' }
        if (promised + seconds > quota.minutesPerDay * 60) return { refusal: 'minutesPerDay' }
        const counted: Usage = { ...usage, calls: usage.calls + 1, running: [...usage.running, { call_sid: callSid, seconds, since: new Date(clock.now()) }] }
        // Another request's change has raised the revision: then all is looked at anew.
        if (await collection.updateOne({ _id: id, revision: key.revision }, { $set: { usage: counted }, $inc: { revision: 1 } }) === 1) return { seconds }
      }
    },

    async cancel (id, callSid) {
      await collection.updateOne({ _id: id, 'usage.running.call_sid': callSid }, { $pull: { 'usage.running': { call_sid: callSid } }, $inc: { 'usage.calls': -1, revision: 1 } })
    }
  }
}
