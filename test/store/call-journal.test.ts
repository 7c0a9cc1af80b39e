import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { EarshotError } from '../../src/errors.ts'
import { CallJournal, type UnsavedCall } from '../../src/store/call-journal.ts'
import type { Stores } from '../../src/store/stores.ts'
import { eachStores } from '../support/engines.ts'

const at = (ms: number): Date => new Date(Date.UTC(2026, 0, 1) + ms)
const turn = (text: string, ms: number) => ({ role: 'user' as const, text, timestamp: at(ms) })

const begin = async ({ calls }: Stores, callSid: string): Promise<void> => {
  await calls.create({ userId: 'a'.repeat(24), call_sid: callSid, from_number: '+14155550199', to_number: '+14155550100', agent_id: 'b'.repeat(24), session_id: 's', start_time: at(0) })
  await calls.appendTurn(callSid, 0, turn('Hello', 100))
}

const left = (callSid: string): UnsavedCall => ({
  callSid,
  resumeCount: 0,
  turns: [{ ...turn('How are you?', 200), latency: { sttMs: 120 } }, { ...turn('Well.', 300), role: 'assistant', interrupted: true }],
  end: { end_time: at(5000), end_reason: 'shutdown' }
})

eachStores('what a process could not store is stored at the next start, once', async (t, { stores }) => {
  const folder = join(t.testdir(), 'journal')
  await begin(stores, 'CA1')
  await begin(stores, 'CA2')
  const journal = new CallJournal(folder)
  await journal.write([left('CA1'), left('CA9'), left('CA2')])
  t.equal(statSync(join(folder, readdirSync(folder)[0] ?? '')).mode & 0o777, 0o600, 'only for the owner of the process: it holds what was said')
  t.equal(await new CallJournal(folder).restore(stores.calls), 3, 'a call that has been erased meanwhile is no error')
  for (const callSid of ['CA1', 'CA2']) {
    const call = await stores.calls.findBySid(callSid)
    t.match(call, { status: 'completed', end_reason: 'shutdown', end_time: at(5000), turn_count: 3 })
    t.match(call?.transcript, [turn('Hello', 100), { ...turn('How are you?', 200), latency: { sttMs: 120 } }, { role: 'assistant', text: 'Well.', interrupted: true }])
  }
  t.same(readdirSync(folder), [])
  t.equal(await journal.restore(stores.calls), 0)
})

eachStores('what was stored after all, and what another process has added since, stays as it is', async (t, { stores }) => {
  const journal = new CallJournal(join(t.testdir(), 'journal'))
  await begin(stores, 'CA1')
  await journal.write([left('CA1')])
  // The request that was under way when the process gave up did succeed.
  await stores.calls.appendTurn('CA1', 1, turn('How are you?', 200))
  await stores.calls.resume('CA1', 'hash', at(60_000), 3)
  await stores.calls.appendTurn('CA1', 2, { role: 'assistant', text: 'Sorry, we were cut off.', timestamp: at(9000) })
  await journal.restore(stores.calls)
  const call = await stores.calls.findBySid('CA1')
  t.same(call?.transcript.map(({ text }) => text), ['Hello', 'How are you?', 'Sorry, we were cut off.', 'Well.'])
  t.match(call, { status: 'active', turn_count: 4 }, 'it has been taken up: the old stream\'s end is none')
})

eachStores('a database that is still away keeps the journal for the next start', async (t, { stores }) => {
  const folder = join(t.testdir(), 'journal')
  const journal = new CallJournal(folder)
  await begin(stores, 'CA1')
  await journal.write([left('CA1')])
  const away = async (): Promise<never> => { throw new EarshotError('store_unavailable') }
  await t.rejects(journal.restore({ ...stores.calls, findBySid: away }), { code: 'store_unavailable' })
  t.equal(await journal.restore(stores.calls), 1)
  t.equal((await stores.calls.findBySid('CA1'))?.turn_count, 3)
})

eachStores('what was erased meanwhile is not stored again', async (t, { stores }) => {
  const journal = new CallJournal(join(t.testdir(), 'journal'))
  await begin(stores, 'CA1')
  // Nothing of this one was stored before.
  await stores.calls.create({ userId: 'a'.repeat(24), call_sid: 'CA2', from_number: '+14155550199', to_number: '+14155550100', agent_id: 'b'.repeat(24), session_id: 's', start_time: at(0) })
  await journal.write([left('CA1'), left('CA2')])
  for (const callSid of ['CA1', 'CA2']) await stores.calls.complete(callSid, { end_time: at(4000), end_reason: 'connection_lost' })
  t.equal((await stores.userData.eraseNumber('a'.repeat(24), '+14155550199', async () => {})).calls, 2)
  t.equal(await journal.restore(stores.calls), 2)
  for (const callSid of ['CA1', 'CA2']) {
    const call = await stores.calls.findBySid(callSid)
    t.match(call, { erased: true, transcript: [], turn_count: 0, from_number: /^erased_/ })
  }
})

test('without anything to write there is no file, and half a file is left alone', async (t) => {
  const folder = t.testdir({ 'half.ndjson.part': '{"callSid":' })
  const journal = new CallJournal(folder)
  await journal.write([])
  writeFileSync(join(folder, 'other.ndjson'), '{"callSid":"CA1"}\n')
  t.equal(await journal.restore({ findBySid: async () => undefined, appendTurn: async () => {}, complete: async () => undefined }), 0, 'a line of another kind')
  t.same(readdirSync(folder), ['half.ndjson.part'])
})
