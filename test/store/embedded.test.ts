import { spawn } from 'node:child_process'
import { appendFile, readFile, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'tap'
import { openEmbedded } from '../../src/store/embedded.ts'
import type { Document } from '../../src/store/collection.ts'

interface Call extends Document { call_sid?: string, transcript?: Array<{ turn: number }>, note?: string }

const WRITER = new URL('../support/embedded-writer.ts', import.meta.url).pathname

/** Starts the writer, kills it by SIGKILL once it has acknowledged `afterAcks` writes, and answers all that it acknowledged. */
const killedWriter = async (folder: string, round: number, afterAcks: number): Promise<string[]> => {
  const writer = spawn(process.execPath, ['--import=tsx', WRITER, folder, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const acks: string[] = []
  for await (const line of createInterface(writer.stdout)) {
    acks.push(line)
    if (acks.length === afterAcks) writer.kill('SIGKILL')
  }
  return acks
}

test('kill -9 at any moment loses nothing acknowledged, and the next process opens the folder at once', async (t) => {
  const folder = t.testdir()
  const acks: string[] = []
  for (let round = 0; round < 4; round++) {
    const afterAcks = 1 + Math.floor(Math.random() * 400)
    acks.push(...await killedWriter(folder, round, afterAcks))
    // What a kill in the middle of an append leaves behind, which the timing alone seldom hits.
    if (round % 2 === 0) await appendFile(join(folder, 'calls.db'), '{"_id":"torn","call_sid":"to')
    const database = await openEmbedded(folder)
    const calls = await database.collection<Call>('calls', [{ fields: ['call_sid'], unique: true }])
    const byId = new Map((await calls.find({})).map((call) => [call._id, call]))
    const lost = acks.filter((ack) => {
      const [what, id, turn] = ack.split(' ')
      const call = byId.get(String(id))
      return what === 'insert' ? call === undefined : call?.transcript?.[Number(turn)]?.turn !== Number(turn)
    })
    t.same(lost, [], `round ${round}: all of ${acks.length} acknowledged writes are there, killed after ${afterAcks}`)
    t.notOk(byId.has('torn'))
    await database.close()
  }
})

test('a folder belongs to one process at a time', async (t) => {
  const folder = t.testdir()
  const first = await openEmbedded(folder)
  await t.rejects(openEmbedded(folder), { code: 'conflict', message: new RegExp(`in use by process ${process.pid}`) }, 'twice in one process')
  const other = spawn(process.execPath, ['--import=tsx', WRITER, folder, '0'], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  for await (const chunk of other.stderr) said += String(chunk)
  t.match(said, `The data folder ${folder} is in use by process ${process.pid}`)
  await first.close()
  const second = await openEmbedded(folder)
  await second.close()
})

test('a damaged line in the middle stops the start instead of dropping documents', async (t) => {
  const folder = t.testdir({ 'calls.db': '{"_id":"a"}\n{"_id":"b",,,\n{"_id":"c"}\n' })
  const database = await openEmbedded(folder)
  t.teardown(() => database.close())
  await t.rejects(database.collection('calls', []), { code: 'store_unavailable', message: /calls\.db is damaged/ })
  t.match(await readFile(join(folder, 'calls.db'), 'utf8'), '"c"', 'the file is as it was')
})

test('the index declarations of today count, not those noted in the file', async (t) => {
  const folder = t.testdir({ 'calls.db': '{"$$indexCreated":{"fieldName":"note","unique":true}}\n{"$$indexCreated":{"fieldName":"call_sid"}}\n{"_id":"a","call_sid":"1","note":"same"}\n' })
  const database = await openEmbedded(folder)
  t.teardown(() => database.close())
  const calls = await database.collection<Call>('calls', [{ fields: ['call_sid'], unique: true }])
  await calls.insertOne({ _id: 'b', call_sid: '2', note: 'same' })
  await t.rejects(calls.insertOne({ _id: 'c', call_sid: '2' }), { code: 'duplicate' })
})

test('files compact themselves as they grow, while writes go on, and lose nothing', async (t) => {
  const folder = t.testdir()
  const path = join(folder, 'calls.db')
  const open = async () => {
    const database = await openEmbedded(folder, { compactAfterBytes: 50_000 })
    return { database, calls: await database.collection<Call>('calls', [{ fields: ['call_sid'], unique: true }]) }
  }
  const { database, calls } = await open()
  const at = new Date('2026-02-03T04:05:06.007Z')
  await calls.insertOne({ _id: 'old', note: 'a\u2028b', ...{ at } })
  await Promise.all(Array.from({ length: 20 }, async (_, n) => {
    await calls.insertOne({ _id: `c${n}`, call_sid: `CA${n}`, transcript: [] })
    for (let turn = 0; turn < 50; turn++) await calls.updateOne({ _id: `c${n}` }, { $push: { transcript: { turn, text: 'x'.repeat(100) } } })
  }))
  await calls.deleteMany({ _id: 'c0' })
  const expected = await calls.find({}, { sort: { _id: 1 } })
  await database.close()
  // Without compaction, 20 calls of 50 turns, each turn a new copy of the call, make 3 MB.
  t.ok((await stat(path)).size < 500_000, `${(await stat(path)).size} bytes`)
  t.same(await readdir(folder), ['calls.db', 'earshot.lock'])
  const again = await open()
  t.strictSame(await again.calls.find({}, { sort: { _id: 1 } }), expected)
  t.equal(expected.length, 20)
  t.strictSame(expected.find(({ _id }) => _id === 'old'), { _id: 'old', note: 'a\u2028b', at })
  await again.database.close()
})

test('a full disk: the write fails by name, and the next one that fits repairs the file', { skip: process.platform !== 'linux' && 'needs /dev/full' }, async (t) => {
  const folder = t.testdir()
  const path = join(folder, 'calls.db')
  let database = await openEmbedded(folder)
  let calls = await database.collection<Call>('calls', [])
  await calls.insertOne({ _id: 'before' })
  await rename(path, `${path}.real`)
  await symlink('/dev/full', path)
  await t.rejects(calls.insertOne({ _id: 'during' }), { code: 'store_unavailable', message: /ENOSPC/ })
  await rm(path)
  // As much of the line as fitted.
  await writeFile(path, await readFile(`${path}.real`, 'utf8') + '{"_id":"dur')
  await calls.insertOne({ _id: 'after' })
  await database.close()
  database = await openEmbedded(folder)
  t.teardown(() => database.close())
  calls = await database.collection<Call>('calls', [])
  const ids = (await calls.find({}, { sort: { _id: 1 } })).map(({ _id }) => _id)
  t.ok(ids.includes('before') && ids.includes('after'), ids.join())
})

test('with a flush, what is acknowledged is on the disk: writes at once share one, later ones wait for the next, and one that fails acknowledges nothing', async (t) => {
  const flushes: Array<{ finish: () => void, fail: (error: Error) => void }> = []
  const database = await openEmbedded(t.testdir(), { flush: async () => await new Promise<void>((resolve, reject) => { flushes.push({ finish: resolve, fail: reject }) }) })
  const calls = await database.collection<Call>('calls', [])
  const acknowledged: string[] = []
  const insert = async (id: string): Promise<void> => {
    await calls.insertOne({ _id: id } as Call)
    acknowledged.push(id)
  }
  const untilFlush = async (count: number) => { while (flushes.length < count) await new Promise((resolve) => setImmediate(resolve)) }
  const first = insert('a')
  await untilFlush(1)
  const others = ['b', 'c'].map(insert)
  while (await calls.count({}) < 3) await new Promise((resolve) => setImmediate(resolve))
  t.same(acknowledged, [])
  flushes[0]?.finish()
  await first
  t.same(acknowledged, ['a'])
  await untilFlush(2)
  flushes[1]?.finish()
  await Promise.all(others)
  t.same(acknowledged, ['a', 'b', 'c'])
  t.equal(flushes.length, 2)

  const failing = insert('d')
  await untilFlush(3)
  flushes[2]?.fail(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', syscall: 'fdatasync' }))
  await t.rejects(failing, { code: 'store_unavailable' })
  const next = insert('e')
  await untilFlush(4)
  flushes[3]?.finish()
  await next
  await database.close()
})
