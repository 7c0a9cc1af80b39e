import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { openAgents } from './agents.ts'
import { openApiKeys } from './api-keys.ts'
import { openAuditLog } from './audit-log.ts'
import { openCallingRules } from './calling-rules.ts'
import { openCallCommands } from './call-commands.ts'
import { openCallWatches } from './call-watches.ts'
import { openCalls } from './calls.ts'
import type { Collection, Database, Document, Index } from './collection.ts'
import { openChatUsage } from './chat-usage.ts'
import { flush } from './data-file.ts'
import { openDials } from './dials.ts'
import { openIdempotencyKeys } from './idempotency-keys.ts'
import { openMessages } from './messages.ts'
import { openOptOuts } from './opt-outs.ts'
import { openPhones } from './phones.ts'
import { openPrompts } from './prompts.ts'
import { openPublishableKeys } from './publishable-keys.ts'
import { openRetention } from './retention.ts'
import { openScheduledCalls } from './scheduled-calls.ts'
import { folderKey, Secrets } from './secrets.ts'
import { openSessions } from './sessions.ts'
import type { Stores } from './stores.ts'
import { openThreads } from './threads.ts'
import { userData } from './user-data.ts'
import { openUsers } from './users.ts'
import { openWebhookDeliveries } from './webhook-deliveries.ts'
import { openWebhookOutbox } from './webhook-outbox.ts'
import { openWebhooks } from './webhooks.ts'

export interface StoreOptions {
  /** A connection string; left out: the embedded engine. */
  mongodbUrl?: string | undefined
  /** The embedded engine's files are in its folder `db`. */
  dataDir: string
  /** That the embedded engine acknowledges what is on the disk only. */
  fsync?: boolean
  /** See Secrets. Left out: a key of the data folder's own, made on the first run. */
  encryptionKey?: string | undefined
  clock: Clock
}

/**
 * Opens everything that Earshot keeps.
 * @throws EarshotError `conflict` when another process uses the data folder, `store_unavailable` when MongoDB does not answer, `invalid` for a bad key
 */
export const openStores = async ({ mongodbUrl, dataDir, fsync, encryptionKey, clock }: StoreOptions): Promise<Stores> => {
  const database = await openDatabase({ mongodbUrl, dataDir, ...(fsync !== undefined && { fsync }) })
  try {
    return await storesOf(database, clock, new Secrets(encryptionKey ?? await folderKey(dataDir)))
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Only the engine in use is loaded: the driver alone takes a fifth of a second to import. */
export const openDatabase = async ({ mongodbUrl, dataDir, fsync = false }: Pick<StoreOptions, 'mongodbUrl' | 'dataDir' | 'fsync'>): Promise<Database> => {
  if (mongodbUrl !== undefined) return await (await import('./mongodb.ts')).openMongodb(mongodbUrl)
  return await (await import('./embedded.ts')).openEmbedded(join(dataDir, 'db'), fsync ? { flush } : {})
}

/** The stores on an open database, which they close. */
export const storesOf = async (given: Database, clock: Clock, secrets: Secrets): Promise<Stores> => {
  const { database, collections } = remembering(given)
  const [calls, callCommands, callWatches, dials, callingRules, retention, optOuts, phones, agents, prompts, scheduledCalls, messages, threads, chatUsage, users, apiKeys, sessions, idempotencyKeys, auditLog, publishableKeys, webhooks, webhookDeliveries, webhookOutbox] = await Promise.all([
    openCalls(database, clock),
    openCallCommands(database, clock),
    openCallWatches(database, clock),
    openDials(database, clock),
    openCallingRules(database, clock),
    openRetention(database, clock),
    openOptOuts(database, clock),
    openPhones(database, clock, secrets),
    openAgents(database, clock, secrets),
    openPrompts(database, clock),
    openScheduledCalls(database, clock),
    openMessages(database, clock),
    openThreads(database, clock),
    openChatUsage(database, clock),
    openUsers(database, clock),
    openApiKeys(database, clock),
    openSessions(database, clock),
    openIdempotencyKeys(database, clock),
    openAuditLog(database, clock),
    openPublishableKeys(database, clock),
    openWebhooks(database, clock, secrets),
    openWebhookDeliveries(database, clock),
    openWebhookOutbox(database, clock)
  ])
  return { calls, callCommands, callWatches, dials, callingRules, retention, optOuts, phones, agents, prompts, scheduledCalls, messages, threads, chatUsage, users, apiKeys, sessions, idempotencyKeys, auditLog, publishableKeys, webhooks, webhookDeliveries, webhookOutbox, userData: userData(collections, clock), prove: (nonce) => secrets.prove(nonce), isProof: (nonce, proof) => secrets.isProof(nonce, proof), ping: () => database.ping(), close: () => database.close() }
}

/** The same database, and the collections that have been opened in it by their names. */
const remembering = (given: Database): { database: Database, collections: ReadonlyMap<string, Collection<Document>> } => {
  const collections = new Map<string, Collection<Document>>()
  const database: Database = {
    async collection<D extends Document> (name: string, indexes: readonly Index[]) {
      const collection = await given.collection<D>(name, indexes)
      collections.set(name, collection)
      return collection
    },
    ping: () => given.ping(),
    close: () => given.close()
  }
  return { database, collections }
}
