import { eachEngine } from '../support/engines.ts'
import type { Document } from '../../src/store/collection.ts'

// The contract: what stores may expect of either engine.

interface Item extends Document {
  kind?: string
  rank?: number
  at?: Date
  key?: string
  tags?: string[]
  turns?: Array<{ text: string, at: Date }>
  nested?: { note?: string }
}

const ids = (items: Item[]): string[] => items.map(({ _id }) => _id)

eachEngine('a document comes back as it was, dates as dates, and is the store\'s own copy', async (t, database) => {
  const items = await database.collection<Item>('items', [])
  const at = new Date('2026-03-01T10:20:30.456Z')
  const item: Item = { _id: 'a', at, tags: ['x', 'y'], nested: { note: 'grüße, 電話, 🙂, two\u2028lines\u2029and\u0085more' } }
  await items.insertOne(item)
  item.tags?.push('later')
  const found = await items.findOne({ _id: 'a' })
  t.strictSame(found, { _id: 'a', at, tags: ['x', 'y'], nested: { note: 'grüße, 電話, 🙂, two\u2028lines\u2029and\u0085more' } })
  t.ok(found?.at instanceof Date)
  found?.tags?.push('found')
  t.same((await items.findOne({ _id: 'a' }))?.tags, ['x', 'y'])
  const turn = { text: 'hello', at }
  await items.updateOne({ _id: 'a' }, { $push: { turns: turn } })
  turn.text = 'changed by the caller'
  t.strictSame((await items.findOne({ _id: 'a' }))?.turns, [{ text: 'hello', at }])
  t.equal(await items.findOne({ _id: 'b' }), undefined)
})

eachEngine('filters', async (t, database) => {
  const items = await database.collection<Item>('items', [{ fields: ['kind'] }, { fields: ['kind', 'rank'] }])
  const day = (n: number) => new Date(Date.UTC(2026, 0, n))
  await items.insertOne({ _id: 'a', kind: 'red', rank: 1, at: day(1), tags: ['x'] })
  await items.insertOne({ _id: 'b', kind: 'red', rank: 2, at: day(2), tags: ['x', 'y'], nested: { note: 'Deep' } })
  await items.insertOne({ _id: 'c', kind: 'blue', rank: 3, at: day(3), tags: [] })
  await items.insertOne({ _id: 'd', rank: 4, turns: [{ text: 'hi', at: day(4) }] })
  const matches = async (filter: Record<string, unknown>) => ids(await items.find(filter, { sort: { _id: 1 } })).join('')
  t.equal(await matches({}), 'abcd')
  t.equal(await matches({ kind: 'red' }), 'ab')
  t.equal(await matches({ kind: 'red', rank: 2 }), 'b')
  t.equal(await matches({ kind: { $in: ['red', 'blue'] } }), 'abc')
  t.equal(await matches({ kind: { $nin: ['red'] } }), 'cd')
  t.equal(await matches({ kind: { $ne: 'red' } }), 'cd')
  t.equal(await matches({ kind: { $exists: false } }), 'd')
  t.equal(await matches({ rank: { $gt: 1, $lte: 3 } }), 'bc')
  t.equal(await matches({ at: { $gte: day(2), $lt: day(3) } }), 'b')
  t.equal(await matches({ at: day(3) }), 'c')
  t.equal(await matches({ tags: 'x' }), 'ab')
  t.equal(await matches({ tags: { $size: 0 } }), 'c')
  t.equal(await matches({ turns: { $elemMatch: { text: 'hi' } } }), 'd')
  t.equal(await matches({ 'nested.note': /deep/i }), 'b')
  t.equal(await matches({ $or: [{ kind: 'blue' }, { rank: { $lt: 2 } }] }), 'ac')
  t.equal(await matches({ $and: [{ kind: 'red' }, { $or: [{ rank: 2 }, { rank: 3 }] }] }), 'b')
  t.equal(await items.count({ kind: 'red' }), 2)
  t.equal(await items.count({}), 4)
})

eachEngine('order and limit', async (t, database) => {
  const items = await database.collection<Item>('items', [])
  for (const [_id, rank, kind] of [['a', 2, 'x'], ['b', 1, 'x'], ['c', 2, 'y'], ['d', 3, 'y']] as const) await items.insertOne({ _id, rank, kind })
  t.same(ids(await items.find({}, { sort: { rank: -1, _id: 1 } })), ['d', 'a', 'c', 'b'])
  t.same(ids(await items.find({}, { sort: { rank: 1, _id: -1 }, limit: 2 })), ['b', 'c'])
  t.equal((await items.findOne({ kind: 'y' }, { sort: { rank: -1 } }))?._id, 'd')
})

eachEngine('updates', async (t, database) => {
  const items = await database.collection<Item>('items', [])
  await items.insertOne({ _id: 'a', kind: 'x', rank: 1, tags: ['one'] })
  await items.insertOne({ _id: 'b', kind: 'x', rank: 5 })
  t.equal(await items.updateOne({ kind: 'x', rank: 1 }, { $set: { 'nested.note': 'n' }, $inc: { rank: 2 }, $push: { tags: 'two' } }), 1)
  t.strictSame(await items.findOne({ _id: 'a' }), { _id: 'a', kind: 'x', rank: 3, tags: ['one', 'two'], nested: { note: 'n' } })
  t.equal(await items.updateOne({ kind: 'none' }, { $set: { rank: 0 } }), 0)
  t.equal(await items.updateOne({ _id: 'a' }, { $set: { rank: 3 } }), 1, 'a match that changes nothing is a match')
  await items.updateOne({ _id: 'a' }, { $addToSet: { tags: 'two' }, $min: { rank: 2 }, $unset: { nested: true } })
  await items.updateOne({ _id: 'a' }, { $pull: { tags: 'one' } })
  t.strictSame(await items.findOne({ _id: 'a' }), { _id: 'a', kind: 'x', rank: 2, tags: ['two'] })
  t.equal(await items.updateMany({ kind: 'x' }, { $set: { kind: 'z' }, $max: { rank: 4 } }), 2)
  t.same((await items.find({ kind: 'z' }, { sort: { _id: 1 } })).map(({ rank }) => rank), [4, 5])
  await items.updateOne({ _id: 'a' }, { $push: { tags: { $each: ['3', '4', '5'], $slice: -2 } } })
  t.same((await items.findOne({ _id: 'a' }))?.tags, ['4', '5'])
  t.equal(await items.deleteMany({ kind: 'z', rank: 5 }), 1)
  t.equal(await items.count({}), 1)
})

eachEngine('findOneAndUpdate takes the first in order, once, however many ask', async (t, database) => {
  const items = await database.collection<Item>('items', [])
  for (let rank = 0; rank < 8; rank++) await items.insertOne({ _id: `item${rank}`, rank: 7 - rank, kind: 'due' })
  const first = await items.findOneAndUpdate({ kind: 'due' }, { $set: { kind: 'taken' } }, { sort: { rank: 1 } })
  t.strictSame(first, { _id: 'item7', rank: 0, kind: 'taken' })
  const taken = await Promise.all(Array.from({ length: 12 }, () => items.findOneAndUpdate({ kind: 'due' }, { $set: { kind: 'taken' } }, { sort: { rank: 1 } })))
  const got = taken.filter((item) => item !== undefined)
  t.equal(got.length, 7)
  t.equal(new Set(ids(got)).size, 7)
})

eachEngine('concurrent increments and pushes all count', async (t, database) => {
  const items = await database.collection<Item>('items', [])
  await items.insertOne({ _id: 'a', rank: 0, tags: [] })
  await Promise.all(Array.from({ length: 25 }, (_, i) => items.updateOne({ _id: 'a' }, { $inc: { rank: 1 }, $push: { tags: String(i) } })))
  const item = await items.findOne({ _id: 'a' })
  t.equal(item?.rank, 25)
  t.equal(new Set(item?.tags).size, 25)
})

eachEngine('unique indexes', async (t, database) => {
  const items = await database.collection<Item>('items', [{ fields: ['kind'], unique: true }, { fields: ['key'], unique: true, sparse: true }])
  await items.insertOne({ _id: 'a', kind: '1', key: 'k' })
  await t.rejects(items.insertOne({ _id: 'a', kind: '2' }), { name: 'EarshotError', code: 'duplicate' }, 'the id')
  await t.rejects(items.insertOne({ _id: 'b', kind: '1' }), { code: 'duplicate' })
  await t.rejects(items.insertOne({ _id: 'b', kind: '2', key: 'k' }), { code: 'duplicate' })
  t.equal(await items.count({}), 1, 'nothing of a refused document stays')
  await items.insertOne({ _id: 'b', kind: '2' })
  await items.insertOne({ _id: 'c', kind: '3' })
  t.equal(await items.count({ key: { $exists: false } }), 2, 'a sparse index lets many go without the field')
  await t.rejects(items.updateOne({ _id: 'b' }, { $set: { key: 'k' } }), { code: 'duplicate' })
  await t.rejects(items.findOneAndUpdate({ _id: 'b' }, { $set: { key: 'k', rank: 9 } }), { code: 'duplicate' })
  t.strictSame(await items.findOne({ _id: 'b' }), { _id: 'b', kind: '2' })
  await items.updateOne({ _id: 'a' }, { $unset: { key: true } })
  await items.updateOne({ _id: 'b' }, { $set: { key: 'k' } })
  t.equal((await items.findOne({ key: 'k' }))?._id, 'b', 'a document that lost the key makes room')
  const tries = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => items.insertOne({ _id: `x${i}`, kind: `x${i}`, key: 'raced' })))
  t.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1)
})

eachEngine('aggregation, which changes nothing', async (t, database) => {
  const items = await database.collection<Item>('items', [])
  const at = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour))
  for (const [_id, kind, rank, hour] of [['a', 'x', 1, 9], ['b', 'x', 3, 9], ['c', 'y', 5, 10]] as const) await items.insertOne({ _id, kind, rank, at: at(hour), tags: ['p', 'q'] })
  const byKind = await items.aggregate([
    { $match: { at: { $gte: at(9) } } },
    { $group: { _id: '$kind', count: { $sum: 1 }, mean: { $avg: '$rank' } } },
    { $sort: { _id: 1 } }
  ])
  t.strictSame(byKind, [{ _id: 'x', count: 2, mean: 2 }, { _id: 'y', count: 1, mean: 5 }])
  const byHour = await items.aggregate([{ $group: { _id: { $hour: '$at' }, ranks: { $sum: '$rank' } } }, { $sort: { _id: 1 } }])
  t.strictSame(byHour, [{ _id: 9, ranks: 4 }, { _id: 10, ranks: 5 }])
  const tagged = await items.aggregate([{ $addFields: { extra: 1 } }, { $unwind: '$tags' }, { $group: { _id: '$tags', count: { $sum: '$extra' } } }, { $sort: { _id: 1 } }])
  t.strictSame(tagged, [{ _id: 'p', count: 3 }, { _id: 'q', count: 3 }])
  t.strictSame(await items.findOne({ _id: 'a' }), { _id: 'a', kind: 'x', rank: 1, at: at(9), tags: ['p', 'q'] })
})

eachEngine('a closed database refuses', async (t, database) => {
  const items = await database.collection<Item>('items', [])
  await database.ping()
  const writing = items.insertOne({ _id: 'a' })
  await writing
  await database.close()
  await database.close()
  await t.rejects(database.ping(), { code: 'store_unavailable' })
  await t.rejects(items.insertOne({ _id: 'b' }), { code: 'store_unavailable' })
  await t.rejects(items.find({}), { code: 'store_unavailable' })
})
