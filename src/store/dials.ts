import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Database, Filter, Index } from './collection.ts'
import { createId } from './id.ts'
import { defined, OWNED_INDEXES } from './owned-store.ts'
import { E164, Id, oneOf, recordSchema, Timestamp } from './record.ts'

/**
 * The intent to call one number once, stored before Twilio is asked. `intended` → `asking` (Twilio may have been asked: only its list of calls tells) →
 * `placed` (its call is on record) or `failed`. Earshot's own collection.
 */
export const DialSchema = recordSchema({
  key: Type.String({ description: 'Names the request; the same key never makes a second dial' }),
  callType: oneOf(['ai', 'normal'], { description: 'Whether an agent talks, or a message is played' }),
  fromPhoneNumberId: Type.String({ description: 'The registered phone that calls' }),
  fromNumber: { ...E164, description: 'Its number' },
  toNumber: { ...E164, description: 'The number to be called' },
  agentId: Type.Optional({ ...Id, description: 'Who talks, on an ai call' }),
  promptContent: Type.Optional(Type.String({ description: 'In place of the agent\'s own system prompt' })),
  message: Type.Optional(Type.String({ description: 'What a normal call says' })),
  bridgeTo: Type.Optional({ ...E164, description: 'Whom a normal call connects the callee to' }),
  detectMachines: Type.Optional(Type.Boolean({ description: 'Whether Twilio finds out if a machine answers; left out: as the agent says' })),
  scheduledCallId: Type.Optional({ ...Id, description: 'The schedule that it belongs to' }),
  attempt: Type.Optional(Type.Integer({ minimum: 1, description: 'Of a schedule\'s number: which of its calls this is, from 1' })),
  state: oneOf(['intended', 'asking', 'placed', 'failed'], { description: 'asking: Twilio may have been asked; placed: its call is on record' }),
  askedAt: Type.Optional({ ...Timestamp, description: 'When Twilio was asked' }),
  callSid: Type.Optional(Type.String({ description: 'The one call that it got' })),
  failure: Type.Optional(Type.String({ description: 'Why it was not placed, for a person' }))
})
export type DialRecord = Static<typeof DialSchema>

export type NewDial = Omit<DialRecord, '_id' | 'created_at' | 'updated_at' | 'state' | 'askedAt' | 'callSid' | 'failure'>

export interface DialStore {
  /** Stores an intent once: a second one with the same key answers the first and `created: false`. */
  create (dial: NewDial): Promise<{ dial: DialRecord, created: boolean }>
  find (userId: string, id: string): Promise<DialRecord | undefined>
  /** The dials of a schedule, in the order of their making. */
  ofSchedule (scheduledCallId: string): Promise<DialRecord[]>
  /** Dials of requests that were left open before `before`. */
  lost (before: Date): Promise<DialRecord[]>
  /** Takes the right to ask Twilio, from a dial as it was read. Undefined: somebody else has taken it. */
  ask (dial: DialRecord): Promise<DialRecord | undefined>
  /** Gives the right back: Twilio has surely not acted. */
  unask (dial: DialRecord): Promise<void>
  /** Notes the dial's one call. Answers the dial as it is: its callSid is another one when it has a call already. Undefined: the call is another dial's. */
  bind (id: string, callSid: string): Promise<DialRecord | undefined>
  /** The call of a bound dial is on record. */
  placed (id: string): Promise<void>
  /** The dial gets no call. Undefined: it has one. */
  fail (id: string, failure: string): Promise<DialRecord | undefined>
  /** Takes back a dial that Twilio was surely not asked for: it never was. */
  withdraw (dial: DialRecord): Promise<void>
  /** Ends whatever of a schedule may still become a call; should one be made at this moment, it counts. */
  failOpen (scheduledCallId: string, failure: string): Promise<void>
  /** The ids of its user's other dials that come before a dial and have no call on record yet. */
  waitingBefore (dial: DialRecord): Promise<string[]>
  /** How many of its user's other dials since an instant come before a dial, without those that failed. */
  countBefore (dial: DialRecord, since: Date): Promise<number>
}

const INDEXES: readonly Index[] = [
  ...OWNED_INDEXES,
  { fields: ['key'], unique: true },
  { fields: ['callSid'], unique: true, sparse: true },
  { fields: ['scheduledCallId'] },
  { fields: ['state', 'updated_at'] }
]

const OPEN: Filter = { state: { $in: ['intended', 'asking'] } }
const WITHOUT_CALL: Filter = { ...OPEN, callSid: { $exists: false } }

/** Dials that come before this one: for whom Twilio has been asked, and while it has not been for this one, the older ones. So a place that is free is some dial's. */
const before = ({ _id, userId, state, created_at: createdAt }: DialRecord): Filter => ({
  userId,
  _id: { $ne: _id },
  $or: [{ state: { $ne: 'intended' } }, ...(state === 'intended' ? [{ created_at: { $lt: createdAt } }, { created_at: createdAt, _id: { $lt: _id } }] : [])]
})

export const openDials = async (database: Database, clock: Clock): Promise<DialStore> => {
  const collection = await database.collection<DialRecord>('dials', INDEXES)
  const now = () => new Date(clock.now())
  const asRead = ({ _id, state, askedAt }: DialRecord): Filter => ({ _id, state, askedAt: askedAt ?? { $exists: false } })
  return {
    async create (fields) {
      const dial: DialRecord = defined({ ...fields, _id: createId(clock.now()), state: 'intended', created_at: now(), updated_at: now() })
      try {
        await collection.insertOne(dial)
        return { dial, created: true }
      } catch (error) {
        const stored = isDuplicate(error) ? await collection.findOne({ key: fields.key }) : undefined
        if (stored === undefined) throw error
        return { dial: stored, created: false }
      }
    },
    find: (userId, id) => collection.findOne({ _id: id, userId }),
    ofSchedule: (scheduledCallId) => collection.find({ scheduledCallId }, { sort: { created_at: 1, _id: 1 } }),
    lost: (before) => collection.find({ ...OPEN, updated_at: { $lt: before }, scheduledCallId: { $exists: false } }, { limit: 100 }),
    ask: (dial) => collection.findOneAndUpdate(asRead(dial), { $set: { state: 'asking', askedAt: now(), updated_at: now() } }),
    async unask (dial) {
      await collection.updateOne(asRead(dial), { $set: { state: 'intended', updated_at: now() }, $unset: { askedAt: true } })
    },
    async bind (id, callSid) {
      try {
        const bound = await collection.findOneAndUpdate({ _id: id, callSid: { $exists: false } }, { $set: { state: 'asking', callSid, updated_at: now() }, $unset: { failure: true } })
        return bound ?? await collection.findOne({ _id: id })
      } catch (error) {
        if (isDuplicate(error)) return undefined
        throw error
      }
    },
    async placed (id) {
      await collection.updateOne({ _id: id, callSid: { $exists: true } }, { $set: { state: 'placed', updated_at: now() } })
    },
    fail: (id, failure) => collection.findOneAndUpdate({ _id: id, ...WITHOUT_CALL }, { $set: { state: 'failed', failure, updated_at: now() } }),
    async withdraw (dial) {
      await collection.deleteMany(asRead(dial))
    },
    async failOpen (scheduledCallId, failure) {
      await collection.updateMany({ scheduledCallId, ...WITHOUT_CALL }, { $set: { state: 'failed', failure, updated_at: now() } })
    },
    waitingBefore: async (dial) => (await collection.find({ ...OPEN, ...before(dial) })).map(({ _id }) => _id),
    countBefore: (dial, since) => collection.count({ state: { $ne: 'failed' }, created_at: { $gte: since }, ...before(dial) })
  }
}

const isDuplicate = (error: unknown): boolean => error instanceof EarshotError && error.code === 'duplicate'
