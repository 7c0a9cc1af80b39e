import type { Clock } from '../clock.ts'
import type { ScheduledCallRecord } from '../store/scheduled-calls.ts'
import type { Stores } from '../store/stores.ts'
import { nextOccurrence } from './recurrence.ts'

/**
 * Stores what follows an occurrence of a recurring schedule; safe to repeat. Occurrences whose time has passed meanwhile are left out: after a night
 * without a worker nobody is called three times.
 */
export async function continueSeries ({ stores, clock }: { stores: Pick<Stores, 'scheduledCalls'>, clock: Clock }, schedule: ScheduledCallRecord): Promise<void> {
  const { recurrence, occurrenceAt } = schedule
  if (recurrence === undefined || occurrenceAt === undefined) return
  const next = await nextOccurrence(recurrence, Math.max(occurrenceAt.getTime(), clock.now()))
  if (next !== undefined) await stores.scheduledCalls.addOccurrence(schedule, next)
}
