import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { once } from '../once.ts'
import type { CallingRules } from '../store/calling-rules.ts'

const geography = once(() => import('libphonenumber-geo-carrier'))

/** The time zones (IANA names) that a number may be in; empty when none is known. A mobile number's are those of its area or its whole country. */
export async function timeZonesOf (number: string): Promise<string[]> {
  // It reads its 0.1 MB of prefixes anew for each number.
  const { timezones } = await geography()
  const zones = await timezones(parsePhoneNumberFromString(number))
  return (zones ?? []).filter((zone) => zone !== 'Etc/Unknown')
}

/** How far ahead a time to call is looked for: every day has one, unless the zones never agree. */
const AHEAD_MS = 48 * 3_600_000
/** All offsets from UTC that are in use are whole quarters of an hour, and so an hour begins with one. */
const QUARTER_MS = 15 * 60_000

type Hours = Pick<CallingRules, 'callFromHour' | 'callUntilHour' | 'unknownTimeZone'>

/** When calls may be made next: now, or when the hour is first within the rules' in every zone. Undefined: not in the next two days. */
export function nextCallingTime (nowMs: number, zones: readonly string[], rules: Hours): number | undefined {
  if (isCallingTime(nowMs, zones, rules)) return nowMs
  for (let atMs = Math.ceil(nowMs / QUARTER_MS) * QUARTER_MS; zones.length > 0 && atMs < nowMs + AHEAD_MS; atMs += QUARTER_MS) {
    if (isCallingTime(atMs, zones, rules)) return atMs
  }
  return undefined
}

/** Whether calls may be made now: in every zone that the number may be in, the hour is within the rules'. */
export function isCallingTime (nowMs: number, zones: readonly string[], { callFromHour, callUntilHour, unknownTimeZone }: Hours): boolean {
  if (zones.length === 0) return unknownTimeZone === 'allow'
  return zones.every((zone) => {
    const hour = hourIn(zone, nowMs)
    return hour >= callFromHour && hour < callUntilHour
  })
}

/** Making one takes 50 µs, and one is asked hundreds of times. There are some 400 zones. */
const clocks = new Map<string, Intl.DateTimeFormat>()

function hourIn (timeZone: string, atMs: number): number {
  const clock = clocks.get(timeZone) ?? new Intl.DateTimeFormat('en', { timeZone, hour: 'numeric', hourCycle: 'h23' })
  clocks.set(timeZone, clock)
  return Number(clock.format(atMs))
}
