import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { Database } from './collection.ts'
import { createId } from './id.ts'
import { oneOf, recordSchema, Timestamp } from './record.ts'

export const CallActivitySchema = Type.Object({
  state: oneOf(['listening', 'caller_speaking', 'thinking', 'agent_speaking', 'ending']),
  caller_words: Type.String(),
  agent_words: Type.String()
}, { additionalProperties: false })

/** Somebody watches calls that another process carries. Earshot's own collection; gone with who watches. */
export const CallWatchSchema = recordSchema({
  call_sids: Type.Array(Type.String(), { description: 'The calls, by call_sid' }),
  activities: Type.Record(Type.String(), CallActivitySchema, { description: 'What goes on in them, by call_sid, written by the processes that carry them' }),
  expiresAt: { ...Timestamp, description: 'Nobody is told anything after this: who watched is gone' }
})
export type CallWatchRecord = Static<typeof CallWatchSchema>
export type CallActivities = CallWatchRecord['activities']

export interface CallWatchStore {
  /** Asks whoever carries these calls to tell what goes on in them; answers the id. */
  add (userId: string, callSids: readonly string[]): Promise<string>
  /** What has been told so far. Undefined: it has expired. */
  find (userId: string, id: string): Promise<CallActivities | undefined>
  /** Goes on with these calls, and answers what has been told so far. Undefined: it has expired. */
  renew (userId: string, id: string, callSids: readonly string[]): Promise<CallActivities | undefined>
  remove (userId: string, id: string): Promise<void>
  /** Who watches one of these calls, of whatever user. Not for requests of users. */
  watching (callSids: readonly string[]): Promise<CallWatchRecord[]>
  /** Tells who watches what goes on. Not for requests of users. */
  tell (id: string, activities: CallActivities): Promise<void>
}

/** A watch that is not renewed for this long is over. */
export const WATCH_EXPIRES_AFTER_MS = 10_000

export const openCallWatches = async (database: Database, clock: Clock): Promise<CallWatchStore> => {
  const collection = await database.collection<CallWatchRecord>('call_watches', [{ fields: ['call_sids'] }])
  const now = () => new Date(clock.now())
  const fresh = () => ({ expiresAt: new Date(clock.now() + WATCH_EXPIRES_AFTER_MS), updated_at: now() })
  return {
    async add (userId, callSids) {
      // Those of processes that died while they watched.
      await collection.deleteMany({ expiresAt: { $lt: now() } })
      const _id = createId(clock.now())
      await collection.insertOne({ _id, userId, call_sids: [...callSids], activities: {}, created_at: now(), ...fresh() })
      return _id
    },
    find: async (userId, id) => (await collection.findOne({ _id: id, userId }))?.activities,
    renew: async (userId, id, callSids) => (await collection.findOneAndUpdate({ _id: id, userId }, { $set: { call_sids: [...callSids], ...fresh() } }))?.activities,
    async remove (userId, id) {
      await collection.deleteMany({ _id: id, userId })
    },
    watching: (callSids) => collection.find({ call_sids: { $in: callSids }, expiresAt: { $gt: now() } }),
    async tell (id, activities) {
      // A call_sid has no dots in it: it would be a path.
      await collection.updateOne({ _id: id }, { $set: Object.fromEntries(Object.entries(activities).map(([callSid, activity]) => [`activities.${callSid}`, activity])) })
    }
  }
}
