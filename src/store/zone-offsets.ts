/** How far the clocks of a time zone are ahead of UTC, until the next change. */
export interface ZoneOffset { untilMs: number, offsetMs: number }

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/**
 * The offsets of a time zone over a stretch of time, in order; the last one has no end. No zone changes its clocks twice within a day.
 * @param timeZone an IANA name
 * @throws RangeError for a name that is none
 */
export const zoneOffsets = (timeZone: string, fromMs: number, toMs: number): ZoneOffset[] => {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' })
  const offsetAt = (atMs: number): number => {
    const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]))
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
    return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) - Math.floor(atMs / 1000) * 1000
  }
  const offsets: ZoneOffset[] = []
  let offsetMs = offsetAt(fromMs)
  for (let atMs = fromMs; atMs < toMs; atMs += DAY_MS) {
    const next = offsetAt(atMs + DAY_MS)
    if (next === offsetMs) continue
    offsets.push({ untilMs: changeBetween(atMs, atMs + DAY_MS, (ms) => offsetAt(ms) !== offsetMs), offsetMs })
    offsetMs = next
  }
  return [...offsets, { untilMs: Infinity, offsetMs }]
}

/** The first whole minute at which the change has come. */
const changeBetween = (beforeMs: number, afterMs: number, hasChanged: (ms: number) => boolean): number => {
  let [before, after] = [Math.floor(beforeMs / MINUTE_MS), Math.ceil(afterMs / MINUTE_MS)]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (hasChanged(middle * MINUTE_MS)) after = middle
    else before = middle
  }
  return after * MINUTE_MS
}
