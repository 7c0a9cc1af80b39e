import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { pino } from 'pino'
import { test } from 'tap'
import { fileOf, pathOf, type FileKind } from '../../src/archive/call-files.ts'
import { RetentionWorker } from '../../src/archive/retention.ts'
import { VirtualClock } from '../../src/clock.ts'
import { EarshotError } from '../../src/errors.ts'
import { openEmbedded } from '../../src/store/embedded.ts'
import { storesOf } from '../../src/store/open.ts'
import { Secrets } from '../../src/store/secrets.ts'
import { eachStores, TEST_KEY } from '../support/engines.ts'
import { folder } from '../support/folder.ts'

const DAY_MS = 24 * 3_600_000
const log = pino({ level: 'silent' })

eachStores('what is past its owner\'s time is removed, files and fields and transcripts; nothing of a call that goes on', async (t, { stores, clock }) => {
  const dataDir = folder(t)
  for (const kind of ['tapes', 'recordings']) await mkdir(`${dataDir}/${kind}`)
  const put = async (kind: FileKind, file: string) => {
    await writeFile(pathOf(dataDir, kind, file), 'x')
    await utimes(pathOf(dataDir, kind, file), clock.now() / 1000, clock.now() / 1000)
  }
  const made = async (sid: string, userId: string) => {
    const { call } = await stores.calls.create({ userId, call_sid: sid, from_number: '+14155550100', to_number: '+14155550123', agent_id: 'a', session_id: 's', start_time: new Date(clock.now()) })
    await stores.calls.appendTurn(sid, 0, { role: 'assistant', text: 'Hello.', timestamp: new Date(clock.now()) })
    for (const kind of ['tapes', 'recordings'] as const) {
      await stores.calls.addFile(sid, kind, { ...fileOf(kind, call), bytes: 1 })
      await put(kind, fileOf(kind, call).file)
    }
    return call._id
  }
  const ended = async (sid: string, userId: string) => {
    const id = await made(sid, userId)
    await stores.calls.complete(sid, { end_time: new Date(clock.now()) })
    return id
  }
  await stores.retention.change('ann', { transcriptDays: 10, tapeDays: 3, recordingDays: null })
  const old = await ended('CAold', 'ann')
  const bobs = await ended('CAbob', 'bob')
  const active = await made('CAactive', 'ann')
  // Its record went on another process; this one has the file still.
  await put('recordings', `${'f'.repeat(24)}-1.wav`)
  await put('recordings', 'notes.txt')
  const worker = new RetentionWorker({ dataDir, clock, stores, log })
  const left = async () => ({ tapes: (await readdir(`${dataDir}/tapes`)).sort(), recordings: (await readdir(`${dataDir}/recordings`)).sort() })

  const before = await left()
  await worker.work()
  t.same(await left(), before, 'an hour is given to a file that no record names yet')
  await clock.advance(4 * DAY_MS)
  const young = await ended('CAyoung', 'ann')
  await Promise.all([worker.work(), new RetentionWorker({ dataDir, clock, stores, log }).work()])
  t.same(await left(), {
    tapes: [bobs, active, young].map((id) => `${id}-1.ndjson`).sort(),
    recordings: [old, bobs, active, young].map((id) => `${id}-1.wav`).concat('notes.txt').sort()
  })
  t.match(await stores.calls.findBySid('CAold'), { tapes: [], recordings: [{ bytes: 1 }], turn_count: 1 })
  await clock.advance(7 * DAY_MS)
  await worker.work()
  t.match(await stores.calls.findBySid('CAold'), { transcript: [], turn_count: 0, status: 'completed' })
  for (const sid of ['CAbob', 'CAyoung', 'CAactive']) t.equal((await stores.calls.findBySid(sid))?.turn_count, 1, sid)
  await clock.advance(90 * DAY_MS)
  await worker.work()
  t.same(await left(), { tapes: [`${active}-1.ndjson`], recordings: [old, active, young].map((id) => `${id}-1.wav`).concat('notes.txt').sort() }, 'bob has said nothing: 30 and 90 days')
})

test('it works a minute after the start, then hourly, until it is stopped', async (t) => {
  const dataDir = folder(t)
  for (const kind of ['tapes', 'recordings']) await mkdir(`${dataDir}/${kind}`)
  const clock = new VirtualClock(0)
  const stores = await storesOf(await openEmbedded(`${dataDir}/db`), clock, new Secrets(TEST_KEY))
  const askedAtMs: number[] = []
  const worker = new RetentionWorker({ dataDir, clock, stores: { ...stores, retention: { ...stores.retention, listWithTranscriptDays: async () => { askedAtMs.push(clock.now()); throw new EarshotError('store_unavailable') } } }, log })
  worker.start()
  for (const ms of [60_000, 3_600_000, 3_600_000]) {
    await clock.advance(ms)
    while (clock.pendingTimers === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  t.same(askedAtMs, [60_000, 3_660_000, 7_260_000], 'also after a failure')
  await worker.stop()
  t.equal(clock.pendingTimers, 0)
  await stores.close()
})
