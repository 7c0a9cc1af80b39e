import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import tap, { test } from 'tap'
import { systemClock } from '../src/clock.ts'
import { sleep } from '../src/sleep.ts'
import { openStores } from '../src/store/open.ts'
import { freshMongodbUrl, MONGODB_URL, TEST_KEY } from './support/engines.ts'
import { startServer } from './support/server-process.ts'
import { until } from './support/until.ts'
import { startWire } from './support/wire.ts'
import { isAnswered, linesOf, PATIENCE_MS, startWorld, WORDS } from './support/world.ts'

tap.setTimeout(5 * PATIENCE_MS)

/** The driver has given up looking for a server, and waiting for an answer, within this time: what happens later happens again. */
const AWAY_MS = 8_000

test('the database hangs, is away, and is away until the process has ended: the caller notices nothing, new callers hear a sentence, and every turn is stored in order', { skip: MONGODB_URL === undefined && 'MONGODB_URL is not set' }, async (t) => {
  const direct = freshMongodbUrl(String(MONGODB_URL))
  const url = new URL(direct)
  const wire = await startWire(t, { host: url.hostname, port: Number(url.port || 27_017) })
  url.host = wire.host
  const { server, settings, addAgent, phone, metric } = await startWorld(t, { env: { MONGODB_URL: url.href, ENCRYPTION_KEY: TEST_KEY, DRAIN_MS: '0' } })
  await addAgent('+14155550101')
  const stores = await openStores({ mongodbUrl: direct, dataDir: '', encryptionKey: TEST_KEY, clock: systemClock })
  t.teardown(() => stores.close())
  const caller = phone('+14155550101')
  const ended = caller.call()
  const linesStored = async () => linesOf((await stores.calls.findBySid(caller.callSid))?.transcript)
  const untilStored = async (count: number) => await until(`${count} turns`, PATIENCE_MS, async () => {
    const lines = await linesStored()
    return lines.length >= count && isAnswered(lines) ? lines : undefined
  })
  const answers = async () => await metric('earshot_turns_total{role="assistant"}')
  const talk = async () => {
    const before = await answers()
    await caller.speak(WORDS)
    await until('an answer', PATIENCE_MS, async () => await answers() > before || undefined)
  }
  await until('the greeting', PATIENCE_MS, async () => (await linesStored()).length > 0 || undefined)

  wire.stall()
  const greeted = await linesStored()
  await talk()
  t.same(await linesStored(), greeted, 'the answer did not wait for the database')
  wire.mend()
  await untilStored(greeted.length + 2)

  wire.cut()
  const first = await linesStored()
  const awayMs = performance.now()
  await talk()
  const refused = phone('+14155550101')
  await refused.call()
  t.ok(refused.events.some(({ type, ...event }) => type === 'verb' && 'name' in event && event.name === 'Say'), 'a new caller hears a sentence')
  await sleep(systemClock, Math.max(0, AWAY_MS - (performance.now() - awayMs)))
  t.same(await linesStored(), first)
  wire.mend()
  await untilStored(first.length + 2)

  wire.cut()
  const second = await linesStored()
  t.same(second.slice(0, first.length), first)
  await talk()
  caller.hangUp()
  await ended
  server.child.kill('SIGTERM')
  t.equal(await server.ended, 0)
  t.equal(readdirSync(join(settings.DATA_DIR, 'journal')).length, 1)
  t.same(await linesStored(), second)
  wire.mend()
  await startServer(t, { ...settings, MONGODB_URL: url.href })
  const record = await until('the end', PATIENCE_MS, async () => {
    const record = await stores.calls.findBySid(caller.callSid)
    return record?.status === 'completed' ? record : undefined
  })
  const all = linesOf(record.transcript)
  t.same(all.slice(0, second.length), second)
  t.ok(all.length > second.length && isAnswered(all.slice(second.length)), all.join(' / '))
  t.equal(record.end_reason, 'caller_hung_up')
})
