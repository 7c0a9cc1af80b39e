import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import { openAgents } from './agents.ts'
import { openApiKeys } from './api-keys.ts'
import { openCalls } from './calls.ts'
import type { Database } from './collection.ts'
import { openMessages } from './messages.ts'
import { openPhones } from './phones.ts'
import { openPrompts } from './prompts.ts'
import { openScheduledCalls } from './scheduled-calls.ts'
import { folderKey, Secrets } from './secrets.ts'
import { openSessions } from './sessions.ts'
import type { Stores } from './stores.ts'
import { openUsers } from './users.ts'

export interface StoreOptions {
  /** A connection string; left out: the embedded engine. */
  mongodbUrl?: string | undefined
  /** The embedded engine's files are in its folder `db`. */
  dataDir: string
  /** See Secrets. Left out: a key of the data folder's own, made on the first run (embedded engine only). */
  encryptionKey?: string | undefined
  clock: Clock
}

/**
 * Opens everything that Earshot keeps.
 * @throws EarshotError `conflict` when another process uses the data folder, `store_unavailable` when MongoDB does not answer, `invalid` for a bad key
 */
export const openStores = async ({ mongodbUrl, dataDir, encryptionKey, clock }: StoreOptions): Promise<Stores> => {
  if (mongodbUrl !== undefined && encryptionKey === undefined) {
    throw new EarshotError('invalid', 'With MONGODB_URL, ENCRYPTION_KEY must be set: every process needs the same one.', { field: 'ENCRYPTION_KEY' })
  }
  const database = await openDatabase(mongodbUrl, dataDir)
  try {
    return await storesOf(database, clock, new Secrets(encryptionKey ?? await folderKey(dataDir)))
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Only the engine in use is loaded: the driver alone takes a fifth of a second to import. */
const openDatabase = async (mongodbUrl: string | undefined, dataDir: string): Promise<Database> => {
  if (mongodbUrl !== undefined) return await (await import('./mongodb.ts')).openMongodb(mongodbUrl)
  return await (await import('./embedded.ts')).openEmbedded(join(dataDir, 'db'))
}

/** The stores on an open database, which they close. */
export const storesOf = async (database: Database, clock: Clock, secrets: Secrets): Promise<Stores> => {
  const [calls, phones, agents, prompts, scheduledCalls, messages, users, apiKeys, sessions] = await Promise.all([
    openCalls(database, clock),
    openPhones(database, clock, secrets),
    openAgents(database, clock, secrets),
    openPrompts(database, clock),
    openScheduledCalls(database, clock),
    openMessages(database, clock),
    openUsers(database, clock),
    openApiKeys(database, clock),
    openSessions(database, clock)
  ])
  return { calls, phones, agents, prompts, scheduledCalls, messages, users, apiKeys, sessions, ping: () => database.ping(), close: () => database.close() }
}
