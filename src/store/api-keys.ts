import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { Database } from './collection.ts'
import { sha256 } from './id.ts'
import { asRecord, OWNED_INDEXES, ownedStore, type OwnedStore } from './owned-store.ts'
import { IsDeleted, recordSchema, type StoreFilled, Timestamp } from './record.ts'

export const ApiKeySchema = recordSchema({
  name: Type.String({ minLength: 1, maxLength: 200, description: 'What its owner calls it' }),
  keyHash: Type.String({ description: 'SHA-256 of the secret, hexadecimal; never returned' }),
  prefix: Type.String({ description: 'The first characters of the secret, to tell keys apart' }),
  lastUsedAt: Type.Optional({ ...Timestamp, description: 'Last use, to the minute' }),
  expiresAt: Type.Optional({ ...Timestamp, description: 'From then on it opens nothing; left out: never' }),
  isDeleted: IsDeleted
})
export type ApiKeyRecord = Static<typeof ApiKeySchema>

/** A key as it is given: with the secret, of which only the hash and the beginning are stored. */
export type NewApiKey = Omit<ApiKeyRecord, StoreFilled | 'keyHash' | 'prefix' | 'lastUsedAt'> & { secret: string }

export interface ApiKeyStore extends Pick<OwnedStore<ApiKeyRecord, NewApiKey>, 'create' | 'find' | 'list' | 'remove'> {
  /** The live, unexpired key with this secret. */
  findBySecret (secret: string): Promise<ApiKeyRecord | undefined>
  /** Notes the use of a key, at most once a minute. */
  touch (key: ApiKeyRecord): Promise<void>
}

const INDEXES = [...OWNED_INDEXES, { fields: ['keyHash'], unique: true }]

/** A note of each request would be a write for each read. */
const TOUCH_EVERY_MS = 60_000

/** Enough to tell keys apart, too little to guess from. */
const PREFIX_LENGTH = 12

export const openApiKeys = async (database: Database, clock: Clock): Promise<ApiKeyStore> => {
  const collection = await database.collection<ApiKeyRecord & { revision: number }>('api_keys', INDEXES)
  const { create, find, list, remove } = ownedStore<ApiKeyRecord, NewApiKey>(collection, clock, {
    schema: ApiKeySchema,
    complete: ({ secret, ...fields }) => ({ ...fields, keyHash: sha256(secret), prefix: secret.slice(0, PREFIX_LENGTH) })
  })
  return {
    create,
    find,
    list,
    remove,
    async findBySecret (secret) {
      const key = await collection.findOne({ keyHash: sha256(secret), isDeleted: false })
      if (key === undefined || (key.expiresAt !== undefined && key.expiresAt.getTime() <= clock.now())) return undefined
      return asRecord<ApiKeyRecord>(ApiKeySchema, key)
    },
    async touch ({ _id, lastUsedAt }) {
      if (lastUsedAt !== undefined && clock.now() - lastUsedAt.getTime() < TOUCH_EVERY_MS) return
      await collection.updateOne({ _id }, { $set: { lastUsedAt: new Date(clock.now()) } })
    }
  }
}
