import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { Database } from './collection.ts'
import { OWNED_INDEXES, ownedStore, type OwnedStore } from './owned-store.ts'
import { Id, IsDeleted, recordSchema, type StoreFilled } from './record.ts'

export const PromptSchema = recordSchema({
  name: Type.String({ minLength: 1, maxLength: 200, description: 'What its owner calls it' }),
  content: Type.String({ minLength: 1, maxLength: 50_000, description: 'A system prompt for calls that name it' }),
  phoneNumberId: { ...Id, description: 'The registered phone that it is for' },
  description: Type.Optional(Type.String({ maxLength: 2_000, description: 'For people' })),
  category: Type.String({ minLength: 1, maxLength: 100, description: '"general" when left out' }),
  isDeleted: IsDeleted
})
export type PromptRecord = Static<typeof PromptSchema>

export type NewPrompt = Omit<PromptRecord, StoreFilled | 'category'> & { category?: string }

export type PromptStore = OwnedStore<PromptRecord, NewPrompt>

export const openPrompts = async (database: Database, clock: Clock): Promise<PromptStore> =>
  ownedStore<PromptRecord, NewPrompt>(await database.collection('prompts', OWNED_INDEXES), clock, {
    schema: PromptSchema,
    complete: (fields) => ({ category: 'general', ...fields })
  })
