import { EarshotError } from '../errors.ts'
import { once } from '../once.ts'
import type { Recurrence } from '../store/scheduled-calls.ts'

const calendar = once(() => import('rrule-temporal'))

const DAYS = '(?:MO|TU|WE|TH|FR|SA|SU)'
const DAY_LIST = new RegExp(`^[+-]?\\d{0,2}${DAYS}(?:,[+-]?\\d{0,2}${DAYS})*$`)

/** What a rule is made of, and what its parts may be (RFC 5545, 3.3.10): whole numbers from … to …, or a pattern. */
const PARTS = new Map<string, RegExp | readonly [number, number]>(Object.entries({
  FREQ: /^(?:DAILY|WEEKLY|MONTHLY|YEARLY)$/,
  UNTIL: /^\d{8}(?:T\d{6}Z)?$/,
  BYDAY: DAY_LIST,
  WKST: new RegExp(`^${DAYS}$`),
  INTERVAL: [1, 999],
  COUNT: [1, 9_999],
  BYMONTH: [1, 12],
  BYMONTHDAY: [-31, 31],
  BYYEARDAY: [-366, 366],
  BYWEEKNO: [-53, 53],
  BYSETPOS: [-366, 366],
  BYHOUR: [0, 23],
  BYMINUTE: [0, 59]
}))

/** A rule without an occurrence in so many periods has none ("February 30"); looking further would hold the process up. */
const PERIODS_TO_FIRST = 100

/**
 * The first occurrence of a rule, at its start or later.
 * @throws EarshotError `invalid` for a rule or a time zone that is none, and for a rule without an occurrence
 */
export async function firstOccurrence (recurrence: Recurrence): Promise<Date> {
  checkParts(recurrence.rule)
  checkTimeZone(recurrence.timeZone)
  let first: Date | undefined
  try {
    first = await occurrence(recurrence, recurrence.startsAt.getTime() - 1, { maxIterations: PERIODS_TO_FIRST })
  } catch (error) {
    throw invalid('rule', 'is no rule with an occurrence', error)
  }
  if (first === undefined) throw invalid('rule', 'is over before it begins')
  return first
}

/** The first occurrence after an instant; undefined when the rule has ended. */
export const nextOccurrence = async (recurrence: Recurrence, afterMs: number): Promise<Date | undefined> => await occurrence(recurrence, afterMs)

async function occurrence ({ rule, timeZone, startsAt }: Recurrence, afterMs: number, limits: { maxIterations?: number } = {}): Promise<Date | undefined> {
  const { RRuleTemporal } = await calendar()
  const found = new RRuleTemporal({
    rruleString: rule,
    dtstart: { timeZoneId: timeZone, toString: () => `${startsAt.toISOString()}[${timeZone}]` },
    ...limits
  }).next(new Date(afterMs))
  return found === null ? undefined : new Date(found.epochMilliseconds)
}

/** The library takes no offence at parts it does not know, nor at values that no calendar has; the rule would mean something else. */
function checkParts (rule: string): void {
  const seen = new Set<string>()
  for (const part of rule.split(';')) {
    const [name = '', value = '', ...more] = part.split('=')
    const allowed = PARTS.get(name)
    if (allowed === undefined || more.length > 0) throw invalid('rule', `must not have "${part}"`)
    if (seen.has(name)) throw invalid('rule', `must have ${name} once`)
    seen.add(name)
    const right = allowed instanceof RegExp ? allowed.test(value) : value.split(',').every((number) => isWithin(number, allowed))
    if (!right) throw invalid('rule', `has a wrong ${name}`)
  }
  if (!seen.has('FREQ')) throw invalid('rule', 'must have a FREQ')
  if (seen.has('COUNT') && seen.has('UNTIL')) throw invalid('rule', 'must not have both COUNT and UNTIL')
}

function checkTimeZone (timeZone: string): void {
  try {
    Intl.DateTimeFormat('en', { timeZone })
  } catch (error) {
    throw invalid('timeZone', 'is no time zone', error)
  }
}

const isWithin = (text: string, [least, most]: readonly [number, number]): boolean =>
  /^[+-]?\d{1,4}$/.test(text) && Number(text) >= least && Number(text) <= most && (least >= 0 || Number(text) !== 0)

const invalid = (part: string, what: string, cause?: unknown): EarshotError => {
  const field = `recurrence.${part}`
  return new EarshotError('invalid', `${field} ${what}.`, { field, cause })
}
