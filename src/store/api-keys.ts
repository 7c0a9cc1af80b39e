import { Type, type Static } from 'typebox'
import { recordSchema, Timestamp, type StoreFilled } from './record.ts'
import type { OwnedStore } from './owned-store.ts'

export const ApiKeySchema = recordSchema({
  name: Type.String({ minLength: 1, maxLength: 200 }),
  keyHash: Type.String({ description: 'SHA-256 of the secret, hexadecimal; never returned' }),
  prefix: Type.String({ description: 'The first characters of the secret, to tell keys apart' }),
  lastUsedAt: Type.Optional(Timestamp),
  expiresAt: Type.Optional(Timestamp),
  isDeleted: Type.Boolean()
})
export type ApiKeyRecord = Static<typeof ApiKeySchema>

export type NewApiKey = Omit<ApiKeyRecord, StoreFilled | 'lastUsedAt'>

export interface ApiKeyStore extends Pick<OwnedStore<ApiKeyRecord, NewApiKey>, 'create' | 'find' | 'list' | 'remove'> {
  /** The live, unexpired key with this secret. */
  findBySecret (secret: string): Promise<ApiKeyRecord | undefined>
  /** Notes the use of a key, at most once a minute. */
  touch (key: ApiKeyRecord): Promise<void>
}
