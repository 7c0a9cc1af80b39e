import { randomBytes } from 'node:crypto'
import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { Database } from './collection.ts'
import { createId } from './id.ts'
import { asRecord, OWNED_INDEXES, ownedStore, type OwnedStore } from './owned-store.ts'
import { oneOf, recordSchema, Timestamp, type StoreFilled } from './record.ts'
import { renewEnvelopes } from './renew-envelopes.ts'
import type { Secrets } from './secrets.ts'

export const EVENT_TYPES = ['call.started', 'call.turn', 'call.ended', 'message.received', 'schedule.finished'] as const
export type EventType = typeof EVENT_TYPES[number]

/** Where a user wants to be told of what happens. */
export const WebhookSchema = recordSchema({
  url: Type.String({ minLength: 8, maxLength: 2_000, pattern: '^https?://', description: 'On the public internet; redirects are not followed' }),
  events: Type.Array(oneOf([...EVENT_TYPES]), { minItems: 1, maxItems: EVENT_TYPES.length, uniqueItems: true, description: 'The events that are sent' }),
  description: Type.Optional(Type.String({ maxLength: 500, description: 'What it is for' })),
  active: Type.Boolean({ description: 'Whether anything is sent' }),
  switchedOff: Type.Optional(Type.String({ description: 'Why Earshot made it inactive' })),
  secret: Type.String({ description: 'Encrypted; shown once' }),
  previousSecret: Type.Optional(Type.String({ description: 'Encrypted; signs too until previousSecretUntil' })),
  previousSecretUntil: Type.Optional(Type.Unsafe<Date>({ ...Timestamp, description: 'End of the rotation of the secret' })),
  isDeleted: Type.Boolean({ description: 'Removed by its owner' })
})
export type WebhookRecord = Static<typeof WebhookSchema>

type NewWebhook = Omit<WebhookRecord, StoreFilled | 'secret' | 'previousSecret' | 'previousSecretUntil'>

export interface WebhookStore extends Omit<OwnedStore<WebhookRecord, NewWebhook>, 'create'> {
  /** @returns beside the webhook its secret in clear, which is shown once */
  create (userId: string, fields: NewWebhook): Promise<{ webhook: WebhookRecord, secret: string }>
  /** A new secret; the one before signs beside it for a day, so that receivers can change in their own time. */
  rotateSecret (userId: string, id: string): Promise<{ webhook: WebhookRecord, secret: string } | undefined>
  /** A user's active ones. */
  activeOf (userId: string): Promise<WebhookRecord[]>
  /** The only way to the secrets in clear: those that sign now, the newest first. */
  decryptSecrets (webhook: WebhookRecord): string[]
}

/** Standard Webhooks asks for 24 to 64 random bytes after this beginning (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). */
export const SECRET_PREFIX = 'whsec_'
const SECRET_BYTES = 32
const ROTATION_MS = 86_400_000

/** What an envelope in a user's webhooks is bound to. */
const contextOf = (userId: string): string => `webhooks of ${userId}`

export const openWebhooks = async (database: Database, clock: Clock, secrets: Secrets): Promise<WebhookStore> => {
  const collection = await database.collection<WebhookRecord & { revision: number }>('webhooks', OWNED_INDEXES)
  secrets.keptIn('webhooks', () => renewEnvelopes(collection, ({ userId, secret, previousSecret }) => ({
    secret: secrets.renew(secret, contextOf(userId)),
    ...(previousSecret !== undefined && { previousSecret: secrets.renew(previousSecret, contextOf(userId)) })
  })))
  const store = ownedStore<WebhookRecord, Omit<WebhookRecord, StoreFilled>>(collection, clock, { schema: WebhookSchema, complete: (fields) => fields })
  const makeSecret = () => SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64')
  return {
    ...store,
    async create (userId, fields) {
      const secret = makeSecret()
      return { webhook: await store.create(userId, { ...fields, secret: secrets.encrypt(secret, contextOf(userId)) }, createId(clock.now())), secret }
    },
    async rotateSecret (userId, id) {
      const secret = makeSecret()
      for (;;) {
        const stored = await store.find(userId, id)
        if (stored === undefined) return undefined
        const fields = { secret: secrets.encrypt(secret, contextOf(userId)), previousSecret: stored.secret, previousSecretUntil: new Date(clock.now() + ROTATION_MS) }
        const webhook = await store.update(userId, id, fields, { secret: stored.secret })
        if (webhook !== undefined) return { webhook, secret }
      }
    },
    activeOf: async (userId) => (await collection.find({ userId, active: true, isDeleted: false })).map((webhook) => asRecord<WebhookRecord>(WebhookSchema, webhook)),
    decryptSecrets ({ userId, secret, previousSecret, previousSecretUntil }) {
      const previous = previousSecret !== undefined && previousSecretUntil !== undefined && previousSecretUntil.getTime() > clock.now() ? [previousSecret] : []
      return [secret, ...previous].map((envelope) => secrets.decrypt(envelope, contextOf(userId)))
    }
  }
}
