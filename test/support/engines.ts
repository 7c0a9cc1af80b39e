import { randomUUID } from 'node:crypto'
import { openEmbedded } from '../../src/store/embedded.ts'
import { openMongodb } from '../../src/store/mongodb.ts'
import type { Database } from '../../src/store/collection.ts'
import { test, type Test } from 'tap'

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
    const database = await openEmbedded(t.testdir())
    t.teardown(() => database.close())
    await body(t, database)
  })
  test(`${name} (mongodb)`, { skip: MONGODB_URL === undefined && 'MONGODB_URL is not set' }, async (t) => {
    const database = await openMongodb(freshMongodbUrl(String(MONGODB_URL)))
    t.teardown(() => database.close())
    await body(t, database)
  })
}
