import { test } from 'tap'
import { isCallingTime, nextCallingTime, timeZonesOf } from '../../src/outbound/quiet-hours.ts'

const RULES = { callFromHour: 8, callUntilHour: 21, unknownTimeZone: 'refuse' } as const
const at = (time: string) => Date.parse(time)

test('a number\'s zones come from its area', async (t) => {
  t.same(await timeZonesOf('+14155550123'), ['America/Los_Angeles'])
  t.same(await timeZonesOf('+442071838750'), ['Europe/London'])
  t.ok((await timeZonesOf('+18005551234')).length > 5, 'a toll-free number may be anywhere')
  t.same(await timeZonesOf('+8835100'), [])
})

test('the callee\'s clock counts, summer time included', async (t) => {
  const inLondon = (time: string) => isCallingTime(at(time), ['Europe/London'], RULES)
  t.notOk(inLondon('2026-01-10T07:59:59Z'))
  t.ok(inLondon('2026-01-10T08:00:00Z'))
  t.ok(inLondon('2026-07-10T07:00:00Z'), 'an hour ahead in July')
  t.ok(inLondon('2026-01-10T20:59:59Z'))
  t.notOk(inLondon('2026-01-10T21:00:00Z'))
  t.notOk(inLondon('2026-01-10T00:30:00Z'))
})

test('of several zones each must be awake; of none the rules decide', async (t) => {
  const coasts = ['America/New_York', 'America/Los_Angeles']
  t.notOk(isCallingTime(at('2026-01-10T15:00:00Z'), coasts, RULES), '7 in Los Angeles')
  t.ok(isCallingTime(at('2026-01-10T17:00:00Z'), coasts, RULES))
  t.notOk(isCallingTime(at('2026-01-10T12:00:00Z'), [], RULES))
  t.ok(isCallingTime(at('2026-01-10T12:00:00Z'), [], { ...RULES, unknownTimeZone: 'allow' }))
  t.ok(isCallingTime(at('2026-01-10T23:59:00Z'), ['Europe/London'], { ...RULES, callFromHour: 0, callUntilHour: 24 }))
})

test('the next time to call: now, this morning, or the next one, by every clock', async (t) => {
  const next = (time: string, zones = ['Europe/London']) => {
    const found = nextCallingTime(at(time), zones, RULES)
    return found === undefined ? undefined : new Date(found).toISOString()
  }
  t.equal(next('2026-01-10T12:34:56Z'), '2026-01-10T12:34:56.000Z')
  t.equal(next('2026-01-10T03:10:00Z'), '2026-01-10T08:00:00.000Z')
  t.equal(next('2026-03-28T21:00:00Z'), '2026-03-29T07:00:00.000Z', 'the clocks go forward in the night')
  t.equal(next('2026-01-10T21:30:00Z', ['Asia/Kathmandu']), '2026-01-11T02:15:00.000Z', '5:45 ahead')
  t.equal(next('2026-01-10T12:00:00Z', ['America/New_York', 'America/Los_Angeles']), '2026-01-10T16:00:00.000Z')
  t.equal(next('2026-01-10T12:00:00Z', ['Asia/Tokyo', 'Europe/London', 'America/Los_Angeles']), undefined, 'one of them always sleeps')
  t.equal(next('2026-01-10T12:00:00Z', []), undefined)
})
