import { test } from 'tap'
import { openMongodb } from '../../src/store/mongodb.ts'
import { freshMongodbUrl, MONGODB_URL } from '../support/engines.ts'
import { startWire } from '../support/wire.ts'

const DEADLINES = { serverSelectionMs: 300, answerMs: 300 }
/** The driver's own limit is 30 s. This is more than the deadlines by as much as a machine may be busy. */
const SOON_MS = 25_000

test('no server: the start fails by name and soon', async (t) => {
  const startMs = performance.now()
  await t.rejects(openMongodb('mongodb://127.0.0.1:1', DEADLINES), { name: 'EarshotError', code: 'store_unavailable', retryable: true })
  t.ok(performance.now() - startMs < SOON_MS)
})

test('a server that never answers: the same', async (t) => {
  const { host } = await startWire(t)
  const startMs = performance.now()
  await t.rejects(openMongodb(`mongodb://${host}`, DEADLINES), { code: 'store_unavailable' })
  t.ok(performance.now() - startMs < SOON_MS)
})

test('the connection breaks while in use, and comes back', { skip: MONGODB_URL === undefined && 'MONGODB_URL is not set' }, async (t) => {
  const url = new URL(freshMongodbUrl(String(MONGODB_URL)))
  const { host, cut, mend } = await startWire(t, { host: url.hostname, port: Number(url.port || 27017) })
  url.host = host
  // A server that is there must be found in this time, however busy the machine.
  const database = await openMongodb(url.href, { serverSelectionMs: 5_000, answerMs: 10_000 })
  t.teardown(() => database.close())
  const items = await database.collection('items', [])
  await items.insertOne({ _id: 'a' })
  cut()
  const startMs = performance.now()
  const fails = async <Result>(work: Promise<Result>) => { await t.rejects(work, { code: 'store_unavailable' }) }
  await Promise.all([fails(items.insertOne({ _id: 'b' })), fails(items.findOne({ _id: 'a' })), fails(items.aggregate([{ $match: {} }])), fails(database.ping())])
  t.ok(performance.now() - startMs < SOON_MS)
  mend()
  const found = async () => await items.findOne({ _id: 'a' }).catch(() => undefined)
  let item = await found()
  while (item === undefined) item = await found()
  t.same(item, { _id: 'a' })
})
