import { test } from 'tap'
import fc from 'fast-check'
import { findPage } from '../../src/store/page.ts'
import type { Document } from '../../src/store/collection.ts'
import { openEmbedded } from '../../src/store/embedded.ts'
import { eachEngine } from '../support/engines.ts'

interface Item extends Document { userId: string, name: string, rank: number, created_at: Date }

const item = (_id: string, rank: number): Item => ({ _id, userId: 'u', name: `n${rank}`, rank, created_at: new Date(Date.UTC(2026, 0, 1) + rank) })

eachEngine('pages hold every document once, in order, also among equals and while others come', async (t, database) => {
  const items = await database.collection<Item>('items', [])
  for (let n = 0; n < 11; n++) await items.insertOne(item(`id${String(n).padStart(2, '0')}`, n % 3))
  for (const [field, direction] of [['rank', 1], ['name', -1], ['created_at', -1], ['_id', 1]] as const) {
    const seen: Item[] = []
    let cursor: string | undefined
    do {
      const page = await findPage(items, { userId: 'u' }, { sort: { field, direction }, limit: 4, ...(cursor === undefined ? {} : { cursor }) })
      seen.push(...page.items)
      cursor = page.nextCursor
      // Before the place that was reached: it must not shift the pages after.
      await items.insertOne({ ...item(`late${field}${seen.length}`, direction === 1 ? -1 : 9), _id: direction === 1 ? `a${field}${seen.length}` : `z${field}${seen.length}` })
    } while (cursor !== undefined)
    t.equal(new Set(seen.map(({ _id }) => _id)).size, seen.length, `${field}: none twice`)
    t.equal(seen.filter(({ _id }) => _id.startsWith('id')).length, 11, `${field}: none left out`)
  }
  t.equal((await findPage(items, { userId: 'other' }, {})).items.length, 0)
})

test('a page has at most 100 documents', async (t) => {
  const database = await openEmbedded(t.testdir())
  t.teardown(() => database.close())
  const items = await database.collection<Item>('items', [])
  for (let n = 0; n < 120; n++) await items.insertOne(item(`id${n}`, n))
  t.equal((await findPage(items, {}, { limit: 1_000 })).items.length, 100)
  t.equal((await findPage(items, {}, {})).items.length, 50)
  t.equal((await findPage(items, {}, { limit: 0 })).items.length, 1)
})

test('any text for a cursor is refused by name, or is a place in the list', async (t) => {
  const database = await openEmbedded(t.testdir())
  t.teardown(() => database.close())
  const items = await database.collection<Item>('items', [])
  await items.insertOne(item('a', 1))
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '').toString('base64url')
  for (const place of [{}, [], ['rank', 'number', { $gt: 0 }, 'a'], ['rank', 'number', 1, { $ne: '' }], ['name', 'string', 'n', 'a'], ['rank', 'date', 9e99, 'a']]) {
    await t.rejects(findPage(items, {}, { sort: { field: 'rank', direction: 1 }, cursor: encode(place) }), { code: 'invalid', field: 'cursor' })
  }
  await fc.assert(fc.asyncProperty(fc.oneof(fc.string(), fc.jsonValue().map(encode)), async (cursor) => {
    const page = await findPage(items, {}, { cursor }).catch((error: { code?: string }) => error.code)
    t.ok(page === 'invalid' || typeof page === 'object')
  }), { numRuns: 50 })
})
