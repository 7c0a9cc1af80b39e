import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { DATABASE_DOCS, withFieldTables } from '../../scripts/database-docs.ts'
import { VirtualClock } from '../../src/clock.ts'
import type { Database, Document, Index } from '../../src/store/collection.ts'
import { COLLECTIONS } from '../../src/store/collections.ts'
import { openEmbedded } from '../../src/store/embedded.ts'
import { storesOf } from '../../src/store/open.ts'
import { Secrets } from '../../src/store/secrets.ts'
import { TEST_KEY } from '../support/engines.ts'

const markdown = readFileSync(DATABASE_DOCS, 'utf8')

test('every collection is described, with all of its fields', async (t) => {
  const database = await openEmbedded(t.testdir())
  const opened: string[] = []
  const watched: Database = {
    ...database,
    collection: async <D extends Document> (name: string, indexes: readonly Index[]) => {
      opened.push(name)
      return await database.collection<D>(name, indexes)
    }
  }
  const stores = await storesOf(watched, new VirtualClock(), new Secrets(TEST_KEY))
  t.teardown(() => stores.close())
  t.same(Object.keys(COLLECTIONS).sort(), opened.sort(), 'a new collection is entered in src/store/collections.ts')
  t.same([...markdown.matchAll(/^### (\w+)$/gm)].map(([, name]) => name).sort(), opened, 'and has a section')
  t.equal(markdown, withFieldTables(markdown), 'after a change of a schema: npx tsx scripts/config-docs.ts')
  for (const [name, { schema, secrets = [] }] of Object.entries(COLLECTIONS)) {
    for (const [field, property] of Object.entries(schema.properties)) {
      t.match(property, { description: /^\S/ }, `${name}.${field} says what it means`)
      t.ok(markdown.includes(`<!-- fields ${name} -->`) && markdown.includes(`| \`${field}\` |`), `${name}.${field}`)
    }
    for (const field of secrets) t.ok((field.split('.')[0] ?? '') in schema.properties, `${name}.${field} is a field`)
  }
})

test('the page names files that are there', async (t) => {
  for (const [, path = ''] of markdown.matchAll(/`((?:src\/)?(?:api|call|twilio|store|outbound|scheduler)\/[\w/-]+\.ts)`/g)) {
    if (path.includes('things')) continue
    t.doesNotThrow(() => readFileSync(path.startsWith('src/') ? path : `src/${path}`), path)
  }
})

test('a table of no collection is refused', async (t) => {
  t.throws(() => withFieldTables('<!-- fields nothing -->\n<!-- /fields -->'), /nothing is not in/)
})
