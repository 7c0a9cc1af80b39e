import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { test, type Test } from 'tap'
import { openMongodb } from '../../src/store/mongodb.ts'
import { freshMongodbUrl, MONGODB_URL } from '../support/engines.ts'

const DEADLINES = { serverSelectionMs: 300, answerMs: 300 }

/** A way to the server at `target` that can be cut and mended; without a target, a server that accepts and never answers. */
const wire = async (t: Test, target?: { host: string, port: number }) => {
  const sockets = new Set<Socket>()
  let cut = false
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    if (cut) return socket.destroy()
    if (target === undefined) return
    const onward = connect(target)
    onward.on('error', () => socket.destroy())
    sockets.add(onward)
    socket.pipe(onward).pipe(socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const dropAll = () => { for (const socket of sockets) socket.destroy() }
  t.teardown(() => { dropAll(); server.close() })
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => { cut = true; dropAll() },
    mend: () => { cut = false }
  }
}

test('no server: the start fails by name and soon', async (t) => {
  const startMs = performance.now()
  await t.rejects(openMongodb('mongodb://127.0.0.1:1', DEADLINES), { name: 'EarshotError', code: 'store_unavailable', retryable: true })
  t.ok(performance.now() - startMs < 3_000)
})

test('a server that never answers: the same', async (t) => {
  const { host } = await wire(t)
  const startMs = performance.now()
  await t.rejects(openMongodb(`mongodb://${host}`, DEADLINES), { code: 'store_unavailable' })
  t.ok(performance.now() - startMs < 3_000)
})

test('the connection breaks while in use, and comes back', { skip: MONGODB_URL === undefined && 'MONGODB_URL is not set' }, async (t) => {
  const url = new URL(freshMongodbUrl(String(MONGODB_URL)))
  const { host, cut, mend } = await wire(t, { host: url.hostname, port: Number(url.port || 27017) })
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
