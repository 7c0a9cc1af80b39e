import { EarshotError } from '../errors.ts'
import { openDatabase, storesOf, type StoreOptions } from './open.ts'
import { folderKeyWithNew, Secrets, writeFolderKey, type Renewal } from './secrets.ts'

/**
 * Encrypts every secret under the first of the keys; without keys, under a new key that takes the place of the data folder's. Safe while gateways that
 * know all of the keys run, and to repeat.
 * @returns what became of the documents, by collection
 * @throws as openStores
 */
export const rotateKeys = async (options: StoreOptions): Promise<Map<string, Renewal>> => {
  const { mongodbUrl, dataDir, encryptionKey, clock } = options
  if (mongodbUrl !== undefined && encryptionKey === undefined) throw new EarshotError('invalid', 'ENCRYPTION_KEY must be set when MONGODB_URL is: other processes would not know a key made here.', { field: 'ENCRYPTION_KEY' })
  // The embedded database is this process's alone from here on, and with it the key beside it.
  const database = await openDatabase(options)
  try {
    const keys = encryptionKey ?? await folderKeyWithNew(dataDir)
    const secrets = new Secrets(keys)
    await storesOf(database, clock, secrets)
    const renewals = new Map<string, Renewal>()
    for (const [collection, renew] of secrets.places) renewals.set(collection, await renew())
    const [first = ''] = keys.split(',')
    if (encryptionKey === undefined && [...renewals.values()].every(({ unreadable }) => unreadable === 0)) await writeFolderKey(dataDir, first)
    return renewals
  } finally {
    await database.close()
  }
}
