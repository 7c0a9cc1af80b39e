import { test } from 'tap'
import { zoneOffsets } from '../../src/store/zone-offsets.ts'

const HOUR = 3_600_000
const year = [Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1)] as const

test('the clocks\' changes of a year, to the minute', async (t) => {
  t.same(zoneOffsets('Europe/Berlin', ...year), [
    { untilMs: Date.UTC(2026, 2, 29, 1), offsetMs: HOUR },
    { untilMs: Date.UTC(2026, 9, 25, 1), offsetMs: 2 * HOUR },
    { untilMs: Infinity, offsetMs: HOUR }
  ])
  t.same(zoneOffsets('Australia/Lord_Howe', ...year), [
    { untilMs: Date.UTC(2026, 3, 4, 15), offsetMs: 11 * HOUR },
    { untilMs: Date.UTC(2026, 9, 3, 15, 30), offsetMs: 10.5 * HOUR },
    { untilMs: Infinity, offsetMs: 11 * HOUR }
  ])
})

test('zones without changes, of quarter hours and west of Greenwich', async (t) => {
  t.same(zoneOffsets('UTC', ...year), [{ untilMs: Infinity, offsetMs: 0 }])
  t.same(zoneOffsets('Asia/Kathmandu', ...year), [{ untilMs: Infinity, offsetMs: 5.75 * HOUR }])
  t.equal(zoneOffsets('America/New_York', Date.UTC(2026, 0, 1, 0, 0, 0, 500), Date.UTC(2026, 0, 2))[0]?.offsetMs, -5 * HOUR)
})

test('what is no zone is refused', async (t) => {
  t.throws(() => zoneOffsets('Mars/Olympus', ...year), RangeError)
})
