import { Type, type Static } from 'typebox'
import { Id, recordSchema, type StoreFilled } from './record.ts'
import type { OwnedStore } from './owned-store.ts'

export const MessageSchema = recordSchema({
  messageSid: Type.String({ minLength: 1, maxLength: 64 }),
  fromNumber: Type.String({ minLength: 1, maxLength: 64 }),
  toNumber: Type.String({ minLength: 1, maxLength: 64 }),
  body: Type.String({ maxLength: 20_000 }),
  agentId: Type.Optional(Id)
})
export type MessageRecord = Static<typeof MessageSchema>

export type NewMessage = Omit<MessageRecord, StoreFilled>

export interface MessageStore extends Pick<OwnedStore<MessageRecord, NewMessage>, 'find' | 'list'> {
  /** Stores a message once: a second one with the same messageSid answers the first and `created: false`. */
  create (userId: string, message: NewMessage): Promise<{ message: MessageRecord, created: boolean }>
}
