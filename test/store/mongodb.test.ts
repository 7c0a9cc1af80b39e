import { test } from 'tap'
import { openMongodb } from '../../src/store/mongodb.ts'
import { freshMongodbUrl, MONGODB_URL } from '../support/engines.ts'
import { startWire } from '../support/wire.ts'

const DEADLINES = { serverSelectionMs: 300, answerMs: 300 }

test('no server: the start fails by name and soon', async (t) => {
  const startMs = performance.now()
  await t.rejects(openMongodb('mongodb://127.0.0.1:1', DEADLINES), { name: 'EarshotError', code: 'store_unavailable', retryable: true })
  t.ok(performance.now() - startMs < 3_000)
})

test('a server that never answers: the same', async (t) => {
  const { host } = await startWire(t)
  const startMs = performance.now()
  await t.rejects(openMongodb(`mongodb://${host}`, DEADLINES), { code: 'store_unavailable' })
  t.ok(performance.now() - startMs < 3_000)
})

test('the connection breaks while in use, and comes back', { skip: MONGODB_URL === undefined && 'MONGODB_URL is not set' }, async (t) => {
  const url = new URL(freshMongodbUrl(String(MONGODB_URL)))
  const { host, cut, mend } = await startWire(t, { host: url.hostname, port: Number(url.port || 27017) })
  url.host = host
  const database = await openMongodb(url.href, DEADLINES)
  t.teardown(() => database.close())
  const items = await database.collection('items', [])
  await items.insertOne({ _id: 'a' })
  cut()
  const startMs = performance.now()
  await t.rejects(items.insertOne({ _id: 'b' }), { code: 'store_unavailable' })
  await t.rejects(items.findOne({ _id: 'a' }), { code: 'store_unavailable' })
  await t.rejects(items.aggregate([{ $match: {} }]), { code: 'store_unavailable' })
  await t.rejects(database.ping(), { code: 'store_unavailable' })
  t.ok(performance.now() - startMs < 10_000)
  mend()
  t.same(await items.findOne({ _id: 'a' }), { _id: 'a' })
})
