import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import { LONGEST_CALL_MS } from '../store/carrier.ts'
import type { DialRecord } from '../store/dials.ts'
import type { Stores } from '../store/stores.ts'
import { checkCallable } from './callable.ts'
import { nextCallingTime, timeZonesOf } from './quiet-hours.ts'

const DAY_MS = 86_400_000

export interface GuardDeps { stores: Stores, clock: Clock }

/** It is too early or too late in the day where the number is. */
export class QuietHoursError extends EarshotError {
  /** When it may be called; undefined when no such time is in sight. */
  readonly openAtMs: number | undefined

  constructor (message: string, openAtMs: number | undefined) {
    super('forbidden', message, { field: 'to' })
    this.openAtMs = openAtMs
  }
}

/**
 * Makes sure that a user's number may be connected to another one at all, at whatever time.
 * @throws EarshotError `invalid` or `forbidden`, naming the field
 */
export async function checkDestination ({ callingRules, optOuts }: Pick<Stores, 'callingRules' | 'optOuts'>, userId: string, fromNumber: string, toNumber: string, field = 'to'): Promise<void> {
  await checkCallable(toNumber, fromNumber, await callingRules.get(userId), field)
  if (await optOuts.has(userId, 'calls', toNumber)) throw new EarshotError('forbidden', `${field} is on the do-not-call list.`, { field })
}

/**
 * Makes sure that a stored dial may be placed now.
 * @throws EarshotError `invalid` or `forbidden` for good or for today (QuietHoursError: until it is day there), `rate_limited` when too many calls are up at this moment
 */
export async function checkDial ({ stores, clock }: GuardDeps, dial: DialRecord): Promise<void> {
  const { userId, fromNumber, toNumber, bridgeTo } = dial
  const rules = await stores.callingRules.get(userId)
  await checkDestination(stores, userId, fromNumber, toNumber)
  if (bridgeTo !== undefined) await checkDestination(stores, userId, fromNumber, bridgeTo, 'bridgeTo')
  const zones = await timeZonesOf(toNumber)
  const nowMs = clock.now()
  const openAtMs = nextCallingTime(nowMs, zones, rules)
  if (openAtMs !== nowMs) {
    throw new QuietHoursError(zones.length === 0 ? 'The time zone of this number is not known, so it is not called.' : `It is not between ${rules.callFromHour} and ${rules.callUntilHour} o'clock where this number is.`, openAtMs)
  }
  await checkCaps({ stores, clock }, dial)
}

/**
 * Makes sure that a dial is within the user's caps. Looked at before the right to ask Twilio is taken, the older of two that race for the last place gets it;
 * looked at again right after, neither can have passed the other unseen.
 * @throws EarshotError `forbidden` for today, `rate_limited` when too many calls are up at this moment
 */
export async function checkCaps ({ stores: { callingRules, dials, calls }, clock }: GuardDeps, dial: DialRecord): Promise<void> {
  const { userId } = dial
  const ago = (ms: number) => new Date(clock.now() - ms)
  // A dial is on record as a call before it is no longer waiting: asked in this order, none is overlooked, and its id counts it once.
  const waiting = await dials.waitingBefore(dial)
  const [{ maxConcurrentCalls, maxCallsPerDay, maxMinutesPerDay }, up, placed, minutes] = await Promise.all([
    callingRules.get(userId),
    calls.outgoingUp(userId, ago(LONGEST_CALL_MS)),
    dials.countBefore(dial, ago(DAY_MS)),
    calls.outgoingMinutes(userId, ago(DAY_MS))
  ])
  if (placed >= maxCallsPerDay) throw new EarshotError('forbidden', `The calling rules allow ${maxCallsPerDay} calls in 24 hours.`)
  if (minutes >= maxMinutesPerDay) throw new EarshotError('forbidden', `The calling rules allow ${maxMinutesPerDay} minutes in 24 hours.`)
  if (new Set([...waiting, ...up]).size >= maxConcurrentCalls) throw new EarshotError('rate_limited', `The calling rules allow ${maxConcurrentCalls} calls at a time.`)
}
