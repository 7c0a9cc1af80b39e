import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Database } from './collection.ts'
import { createId } from './id.ts'
import { defined, OWNED_INDEXES } from './owned-store.ts'
import { recordSchema, Timestamp } from './record.ts'

/** What an owner has set for the messages between two numbers. Earshot's own collection. */
export interface ThreadSettings {
  /** Whether an agent may answer in it; a person who takes a thread over turns this off. Left out: it may. */
  smsReplies?: boolean
  /** All that came in until then has been read. */
  readAt?: Date
}

export const ThreadSchema = recordSchema({
  thread: Type.String({ description: 'The user and the two numbers, sorted; unique' }),
  smsReplies: Type.Optional(Type.Boolean({ description: 'Whether an agent may answer in it; left out: it may' })),
  readAt: Type.Optional({ ...Timestamp, description: 'All that came in until then has been read' })
})
type ThreadRecord = Static<typeof ThreadSchema>

export interface ThreadStore {
  /** A thread's settings, whichever way round its numbers are given. */
  get (userId: string, number: string, otherNumber: string): Promise<ThreadSettings>
  /** The settings of several threads, each given by its two numbers, in their order. */
  getAll (userId: string, pairs: ReadonlyArray<readonly [string, string]>): Promise<ThreadSettings[]>
  change (userId: string, number: string, otherNumber: string, settings: ThreadSettings): Promise<ThreadSettings>
}

const keyOf = (userId: string, ...numbers: readonly string[]): string => [userId, ...[...numbers].sort()].join(' ')

export const openThreads = async (database: Database, clock: Clock): Promise<ThreadStore> => {
  const collection = await database.collection<ThreadRecord>('message_threads', [...OWNED_INDEXES, { fields: ['thread'], unique: true }])
  const settingsOf = ({ smsReplies, readAt }: Partial<ThreadRecord> = {}): ThreadSettings => ({ ...(smsReplies !== undefined && { smsReplies }), ...(readAt !== undefined && { readAt }) })
  return {
    get: async (userId, number, otherNumber) => settingsOf(await collection.findOne({ thread: keyOf(userId, number, otherNumber) })),
    async getAll (userId, pairs) {
      const keys = pairs.map((pair) => keyOf(userId, ...pair))
      const kept = new Map((await collection.find({ thread: { $in: keys } })).map((record) => [record.thread, record]))
      return keys.map((key) => settingsOf(kept.get(key)))
    },
    async change (userId, number, otherNumber, settings) {
      const now = new Date(clock.now())
      const thread = keyOf(userId, number, otherNumber)
      const change = async () => await collection.findOneAndUpdate({ thread }, { $set: { ...settings, updated_at: now } })
      const changed = await change()
      if (changed !== undefined) return settingsOf(changed)
      const record: ThreadRecord = defined({ ...settings, thread, _id: createId(clock.now()), userId, created_at: now, updated_at: now })
      try {
        await collection.insertOne(record)
        return settingsOf(record)
      } catch (error) {
        if (!(error instanceof EarshotError) || error.code !== 'duplicate') throw error
        return settingsOf(await change())
      }
    }
  }
}
