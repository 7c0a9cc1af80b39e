import { test } from 'tap'
import { isCallingTime, timeZonesOf } from '../../src/outbound/quiet-hours.ts'

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
