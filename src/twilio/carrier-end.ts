import type { Clock } from '../clock.ts'

/** Twilio's times are whole seconds: what ended in a second ended before its last millisecond. */
const REST_OF_SECOND_MS = 999

/** When a call ended: as Twilio tells, else now. @param time a Date, or as callbacks write it, RFC 2822 */
export function carrierEnd (time: Date | string | undefined, clock: Clock): Date {
  const toldMs = time === undefined ? NaN : new Date(time).getTime()
  return new Date(Number.isNaN(toldMs) ? clock.now() : toldMs + REST_OF_SECOND_MS)
}
