import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { Database } from './collection.ts'
import { OWNED_INDEXES, ownedStore, type OwnedStore } from './owned-store.ts'
import { Id, recordSchema, type StoreFilled } from './record.ts'

export const PromptSchema = recordSchema({
  name: Type.String({ minLength: 1, maxLength: 200 }),
  content: Type.String({ minLength: 1, maxLength: 50_000 }),
  phoneNumberId: Id,
  description: Type.Optional(Type.String({ maxLength: 2_000 })),
  category: Type.String({ minLength: 1, maxLength: 100, description: '"general" when left out' }),
  isDeleted: Type.Boolean()
})
export type PromptRecord = Static<typeof PromptSchema>

export type NewPrompt = Omit<PromptRecord, StoreFilled | 'category'> & { category?: string }

export type PromptStore = OwnedStore<PromptRecord, NewPrompt>

export const openPrompts = async (database: Database, clock: Clock): Promise<PromptStore> =>
  ownedStore<PromptRecord, NewPrompt>(await database.collection('prompts', OWNED_INDEXES), clock, {
    schema: PromptSchema,
    complete: (fields) => ({ category: 'general', ...fields })
  })
