import fc from 'fast-check'
import type { CallStatistics, CallSums } from '../../src/store/call-statistics.ts'
import type { CallRecord } from '../../src/store/calls.ts'
import { eachEngine } from '../support/engines.ts'
import { callStatistics } from '../../src/store/call-statistics.ts'
import { defined } from '../../src/store/owned-store.ts'

const FROM = Date.UTC(2026, 2, 27)
const TO = Date.UTC(2026, 3, 1)

/** Around the night in which Europe's clocks change. Whole numbers: sums of fractions depend on the order of adding. */
const generated = fc.record({
  userId: fc.constantFrom('ann', 'ann', 'ann', 'bob'),
  agent_id: fc.constantFrom('a', 'b', ''),
  from_number: fc.constantFrom('+1', '+2', 'anonymous'),
  to_number: fc.constantFrom('+1', '+3'),
  start_time: fc.oneof(fc.constantFrom(FROM, TO, FROM - 1, TO - 1), fc.integer({ min: FROM - 3_600_000, max: TO + 3_600_000 })).map((ms) => new Date(ms)),
  status: fc.constantFrom('active' as const, 'completed' as const),
  end_reason: fc.constantFrom(undefined, 'caller_hung_up', 'agent_ended', 'failed', 'twilio_no-answer'),
  duration_seconds: fc.constantFrom(undefined, 0, 3, 9, 10, 61.5),
  interruptions: fc.constantFrom(undefined, 0, 2),
  reply_times_ms: fc.constantFrom<CallRecord['reply_times_ms'][]>(undefined, [], [640], [640, 1200, 640]),
  usage: fc.constantFrom<CallRecord['usage'][]>(undefined, [], [{ stage: 'llm', provider: 'api.x.com', model: 'm', requests: 2, inputTokens: 30, outputTokens: 4 }, { stage: 'stt', provider: 'local', model: 'w', requests: 1, audioSeconds: 2 }]),
  isDeleted: fc.constantFrom(undefined, true)
})

const local = (at: Date, timeZone: string) => {
  const [day = '', time = ''] = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at).split(' ')
  return { day: Date.parse(day) / 86_400_000, hour: Number(time.slice(0, 2)) }
}

const total = (numbers: Array<number | undefined>) => numbers.reduce<number>((sum, n) => sum + (n ?? 0), 0)

const sums = (calls: CallRecord[]): CallSums => ({
  calls: calls.length,
  ended: calls.filter(({ status }) => status === 'completed').length,
  talkSeconds: total(calls.map((call) => call.duration_seconds)),
  interruptions: total(calls.map((call) => call.interruptions)),
  hangUpsInFirst10Seconds: calls.filter((call) => call.end_reason === 'caller_hung_up' && (call.duration_seconds ?? 99) < 10).length,
  errors: calls.filter((call) => call.end_reason === 'failed').length,
  replies: total(calls.map((call) => call.reply_times_ms?.length)),
  replyMs: total(calls.flatMap((call) => call.reply_times_ms ?? []))
})

const group = <Item, Key>(items: Item[], keyOf: (item: Item) => Key): Array<[Key, Item[]]> => {
  const keys = [...new Set(items.map((item) => JSON.stringify(keyOf(item))))]
  return keys.map((key) => [JSON.parse(key), items.filter((item) => JSON.stringify(keyOf(item)) === key)])
}

/** The same in the plainest way. */
const expected = (calls: CallRecord[], timeZone: string): CallStatistics => ({
  byHour: group(calls, (call) => local(call.start_time, timeZone)).map(([_id, some]) => ({ _id, ...sums(some) })),
  byAgent: group(calls, (call) => ({ agentId: call.agent_id, outcome: call.end_reason ?? call.status })).map(([_id, some]) => ({ _id, ...sums(some) })),
  durations: group(calls.flatMap((call) => call.duration_seconds ?? []), Math.round).map(([_id, some]) => ({ _id, count: some.length })),
  replyTimes: group(calls.flatMap((call) => call.reply_times_ms ?? []), (ms) => ms).map(([_id, some]) => ({ _id, count: some.length })),
  usage: group(calls.flatMap((call) => call.usage ?? []), ({ stage, provider, model }) => ({ stage, provider, model })).map(([_id, some]) => ({
    _id,
    requests: total(some.map(({ requests }) => requests)),
    audioSeconds: total(some.map((use) => use.audioSeconds)),
    characters: total(some.map((use) => use.characters)),
    inputTokens: total(some.map((use) => use.inputTokens)),
    outputTokens: total(some.map((use) => use.outputTokens))
  }))
})

/** Neither tables nor keys have an order. */
const inOrder = (statistics: CallStatistics) => Object.entries(statistics).map(([table, rows]) =>
  [table, rows.map((row: object) => JSON.stringify(sortKeys(row))).sort()]).sort()
const sortKeys = (value: unknown): unknown => typeof value === 'object' && value !== null
  ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, inner]) => [key, sortKeys(inner)]))
  : value

eachEngine('both engines come to what the plainest computation does, in any zone', async (t, database) => {
  const calls = await database.collection<CallRecord>('calls', [{ fields: ['userId', 'start_time', '_id'] }])
  await fc.assert(fc.asyncProperty(
    fc.array(generated, { maxLength: 40 }),
    fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Kiritimati'),
    fc.constantFrom(undefined, 'a', ''),
    fc.constantFrom(undefined, '+1', '+9'),
    async (rows, timeZone, agentId, number) => {
      await calls.deleteMany({})
      const records = rows.map((row, n) => defined({ ...row, _id: String(n), call_sid: String(n), session_id: 's', transcript: [], turn_count: 0, created_at: row.start_time, updated_at: row.start_time } as CallRecord))
      for (const record of records) await calls.insertOne(record)
      const found = await callStatistics(calls, 'ann', { from: new Date(FROM), to: new Date(TO), timeZone, agentId, number })
      const matching = records.filter((call) => call.userId === 'ann' && call.start_time.getTime() >= FROM && call.start_time.getTime() < TO &&
        (agentId === undefined || call.agent_id === agentId) && (number === undefined || [call.from_number, call.to_number].includes(number)))
      t.same(inOrder(found), inOrder(expected(matching, timeZone)))
    }
  ), { numRuns: 40 })
})
