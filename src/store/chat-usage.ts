import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { StatisticsQuery } from './call-statistics.ts'
import type { Database } from './collection.ts'
import { createId } from './id.ts'
import { OWNED_INDEXES } from './owned-store.ts'
import { Id, recordSchema } from './record.ts'
import { sumUsage, UsageSchema, type Usage, type UsageSums } from './usage.ts'

/** What trying an agent out in writing has used; of what was written nothing is kept. Earshot's own collection. */
export const ChatUsageSchema = recordSchema({
  agentId: { ...Id, description: 'The agent that was tried out' },
  usage: Type.Array(UsageSchema, { description: 'What its model was used for, by one request' })
})
type ChatUsageRecord = Static<typeof ChatUsageSchema>

export interface ChatUsageStore {
  add (userId: string, agentId: string, usage: Usage[]): Promise<void>
  /** What the chats of a time have used. They are with no number. */
  sums (userId: string, query: Omit<StatisticsQuery, 'timeZone' | 'number'>): Promise<UsageSums[]>
}

export const openChatUsage = async (database: Database, clock: Clock): Promise<ChatUsageStore> => {
  const collection = await database.collection<ChatUsageRecord>('chat_usage', OWNED_INDEXES)
  return {
    async add (userId, agentId, usage) {
      const now = new Date(clock.now())
      await collection.insertOne({ _id: createId(clock.now()), userId, created_at: now, updated_at: now, agentId, usage })
    },
    sums: (userId, { from, to, agentId }) => sumUsage(collection, { userId, created_at: { $gte: from, $lt: to }, ...(agentId !== undefined && { agentId }) })
  }
}
