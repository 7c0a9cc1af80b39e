import { randomUUID } from 'node:crypto'
import { openEmbedded } from '../../src/store/embedded.ts'
import { openMongodb } from '../../src/store/mongodb.ts'
import type { Database, Document, Index } from '../../src/store/collection.ts'
import { storesOf } from '../../src/store/open.ts'
import { Secrets } from '../../src/store/secrets.ts'
import type { Stores } from '../../src/store/stores.ts'
import { VirtualClock } from '../../src/clock.ts'
import { test, type Test } from 'tap'
import { folder } from './folder.ts'

/** A MongoDB server for tests; without one, the MongoDB half of a contract is skipped and says so. */
export const { MONGODB_URL } = process.env

/** A database name that no other run has. */
export const freshMongodbUrl = (url: string): string => {
  const fresh = new URL(url)
  fresh.pathname = `/earshot-test-${randomUUID()}`
  return fresh.href
}

/** Runs a test once per engine, each time on an empty database that is closed afterwards. */
export const eachEngine = (name: string, body: (t: Test, database: Database) => Promise<void>): void => {
  test(`${name} (embedded)`, async (t) => {
    const database = await openEmbedded(folder(t))
    t.teardown(() => database.close())
    await body(t, database)
  })
  test(`${name} (mongodb)`, { skip: MONGODB_URL === undefined && 'MONGODB_URL is not set' }, async (t) => {
    const database = await openMongodb(freshMongodbUrl(String(MONGODB_URL)))
    t.teardown(() => database.close())
    await body(t, database)
  })
}

/** 32 bytes for tests. */
export const TEST_KEY = Buffer.alloc(32, 7).toString('base64')

interface World {
  stores: Stores
  clock: VirtualClock
  /** What is stored in a collection, as it is. */
  raw: (collection: string) => Promise<Document[]>
}

/** The same with the stores on the database, and the clock that they live by. */
export const eachStores = (name: string, body: (t: Test, world: World) => Promise<void>): void => {
  eachEngine(name, async (t, database) => {
    const clock = new VirtualClock()
    const readers = new Map<string, () => Promise<Document[]>>()
    const watched: Database = {
      ...database,
      async collection<D extends Document> (name: string, indexes: readonly Index[]) {
        const collection = await database.collection<D>(name, indexes)
        readers.set(name, () => collection.find({}))
        return collection
      }
    }
    await body(t, {
      stores: await storesOf(watched, clock, new Secrets(TEST_KEY)),
      clock,
      raw: async (name) => await readers.get(name)?.() ?? []
    })
  })
}
