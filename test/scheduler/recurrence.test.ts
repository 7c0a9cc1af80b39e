import { test } from 'tap'
import { firstOccurrence, nextOccurrence } from '../../src/scheduler/recurrence.ts'

const times = async (rule: string, timeZone: string, startsAt: string, count: number): Promise<string[]> => {
  const recurrence = { rule, timeZone, startsAt: new Date(startsAt) }
  const found: string[] = []
  for (let at: Date | undefined = await firstOccurrence(recurrence); at !== undefined && found.length < count; at = await nextOccurrence(recurrence, at.getTime())) found.push(at.toISOString())
  return found
}

test('the clock on the wall counts, through both changes of it', async (t) => {
  t.same(await times('FREQ=DAILY', 'America/New_York', '2026-03-07T14:00:00Z', 3), ['2026-03-07T14:00:00.000Z', '2026-03-08T13:00:00.000Z', '2026-03-09T13:00:00.000Z'])
  t.same(await times('FREQ=WEEKLY;BYDAY=SU', 'Europe/Berlin', '2026-10-18T07:00:00Z', 3), ['2026-10-18T07:00:00.000Z', '2026-10-25T08:00:00.000Z', '2026-11-01T08:00:00.000Z'])
  t.same(await times('FREQ=DAILY', 'America/New_York', '2026-03-07T07:30:00Z', 2), ['2026-03-07T07:30:00.000Z', '2026-03-09T06:30:00.000Z'], 'half past two is not on the 8th')
  t.same(await times('FREQ=DAILY', 'America/New_York', '2026-10-31T05:30:00Z', 3), ['2026-10-31T05:30:00.000Z', '2026-11-01T05:30:00.000Z', '2026-11-02T06:30:00.000Z'], 'half past one is on the 1st twice, and taken once')
})

test('a rule begins where it says, and ends', async (t) => {
  t.same(await times('FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=9;BYMINUTE=0', 'UTC', '2026-01-01T12:00:00Z', 3), ['2026-01-05T09:00:00.000Z', '2026-01-07T09:00:00.000Z', '2026-01-12T09:00:00.000Z'])
  t.equal((await times('FREQ=DAILY;COUNT=3', 'UTC', '2026-01-01T12:00:00Z', 9)).length, 3)
  t.equal((await times('FREQ=DAILY;UNTIL=20260105', 'UTC', '2026-01-01T12:00:00Z', 9)).length, 5)
  t.same(await times('FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', 'Asia/Tokyo', '2026-01-01T00:00:00Z', 2), ['2026-01-30T00:00:00.000Z', '2026-02-27T00:00:00.000Z'])
})

test('what is no rule is refused by name', async (t) => {
  for (const rule of ['FREQ=HOURLY', 'FREQ=SECONDLY', 'BYDAY=MO', 'FREQ=DAILY;FREQ=WEEKLY', 'FREQ=DAILY;BYMONTH=13', 'FREQ=DAILY;BYHOUR=24', 'FREQ=DAILY;BYMONTHDAY=0', 'FREQ=DAILY;BYDAY=XX', 'FREQ=DAILY;COUNT=0', 'FREQ=DAILY;X=1',
    'FREQ=DAILY;COUNT=2;UNTIL=20270101', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', 'FREQ=DAILY;UNTIL=20250101', 'FREQ=DAILY\nEXDATE:20260101T120000', 'FREQ=DAILY;', 'freq=daily']) {
    await t.rejects(firstOccurrence({ rule, timeZone: 'UTC', startsAt: new Date('2026-01-01T12:00:00Z') }), { code: 'invalid', field: 'recurrence.rule' }, rule)
  }
  for (const timeZone of ['Nowhere/Town', 'UTC]', '']) await t.rejects(firstOccurrence({ rule: 'FREQ=DAILY', timeZone, startsAt: new Date('2026-01-01T12:00:00Z') }), { code: 'invalid', field: 'recurrence.timeZone' }, timeZone)
})
