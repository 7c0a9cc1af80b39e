import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import { chooseAgent } from '../outbound/choose-agent.ts'
import type { Dialler } from '../outbound/dialler.ts'
import { QuietHoursError } from '../outbound/guard.ts'
import type { DialRecord, NewDial } from '../store/dials.ts'
import type { ScheduledCallRecord, ScheduledCallResult } from '../store/scheduled-calls.ts'
import type { Stores } from '../store/stores.ts'
import { attemptOf, outcomeOf } from './outcome.ts'

export interface ScheduleDeps {
  clock: Clock
  stores: Stores
  dialler: Dialler
  log: FastifyBaseLogger
  metrics: Pick<Metrics, 'schedules'>
}

export interface ScheduleStep {
  /** Of the numbers that have one so far. One with a nextAttemptAt is not the last. */
  results: ScheduledCallResult[]
  finished: boolean
  /** When nothing is to be done before. */
  idleUntilMs?: number
}

/** How long a number may wait for the time of the day at which it is called. */
const LONGEST_WAIT_MS = 24 * 3_600_000

type Intent = Omit<NewDial, 'key' | 'toNumber' | 'attempt'>
type MayCall = (fromPhoneNumberId: string) => boolean
type ByNumber<T> = Map<string, T>

/**
 * Takes a schedule one step on: calls at most one more number, and gathers what became of the others. All that it knows is stored, so it goes on after
 * the death of a process from wherever that was: each attempt at a number has a dial of its own, and a dial becomes one call at most. The next attempt
 * is made when the end of the one before is known.
 * @param mayCall whether the number to call from may make another call now; asked once, right before
 */
export async function workSchedule (deps: ScheduleDeps, schedule: ScheduledCallRecord, mayCall: MayCall): Promise<ScheduleStep> {
  const { stores, clock } = deps
  const known = new Map(schedule.results?.map((result) => [result.phoneNumber, result]))
  for (const result of await callNext(deps, schedule, known, mayCall)) known.set(result.phoneNumber, result)
  const dials = lastDials(await stores.dials.ofSchedule(schedule._id))
  const results: ScheduledCallResult[] = []
  let busy = false
  for (const number of schedule.toPhoneNumbers) {
    const dial = dials.get(number)
    const before = known.get(number)
    const settled = dial === undefined || isOpen(dial) || isOutcomeOf(before, dial) ? before : outcomeOf(dial, dial.callSid === undefined ? undefined : await stores.calls.findBySid(dial.callSid), clock.now(), schedule.retry)
    // While a number is called again, what is known is how the call before went.
    const result = settled ?? (before?.nextAttemptAt === undefined ? undefined : before)
    if (result !== undefined) results.push(result)
    busy ||= settled === undefined || isDue(settled, clock.now())
  }
  const again = results.flatMap(({ nextAttemptAt }) => nextAttemptAt ?? [])
  const finished = results.length === schedule.toPhoneNumbers.length && again.length === 0
  return { results, finished, ...(!busy && again.length > 0 && { idleUntilMs: Math.min(...again.map(Number)) }) }
}

/** Calls the first number that is due and may be called. @returns what is now known of those that have to wait */
async function callNext (deps: ScheduleDeps, schedule: ScheduledCallRecord, known: ByNumber<ScheduledCallResult>, mayCall: MayCall): Promise<ScheduledCallResult[]> {
  const { stores: { dials }, clock } = deps
  const last = lastDials(await dials.ofSchedule(schedule._id))
  const due = schedule.toPhoneNumbers.filter((number) => isToBeCalled(last.get(number), known.get(number), clock.now()))
  if (due.length === 0 || !mayCall(schedule.fromPhoneNumberId)) return []
  const { fields, problem } = await intentOf(deps.stores, schedule)
  const waiting: ScheduledCallResult[] = []
  for (const toNumber of due) {
    const attempt = attemptAfter(last.get(toNumber))
    const create = async () => (await dials.create({ ...fields, toNumber, attempt, key: keyOf(schedule._id, toNumber, attempt) })).dial
    const dial = await create()
    if (problem !== undefined) {
      await dials.fail(dial._id, problem)
      continue
    }
    const tried = await tryToCall(deps, dial)
    if (tried === 'called' || tried === 'held_up') break
    if (tried === 'refused') continue
    const before = known.get(toNumber)
    const dueAt = before?.nextAttemptAt ?? schedule.scheduledDateTime
    if (tried.openAt.getTime() - dueAt.getTime() > LONGEST_WAIT_MS) await dials.fail((await create())._id, tried.reason)
    else waiting.push({ ...(before ?? { phoneNumber: toNumber, outcome: 'waiting', attempts: 0 }), reason: tried.reason, nextAttemptAt: tried.openAt })
  }
  return waiting
}

/** Whether the call was made, all have to wait, or only this number is passed over: for good, as far as is known, or until it is day there. */
async function tryToCall ({ dialler, log }: ScheduleDeps, dial: DialRecord): Promise<'called' | 'held_up' | 'refused' | { openAt: Date, reason: string }> {
  try {
    await dialler.place(dial)
    return 'called'
  } catch (err) {
    if (!(err instanceof EarshotError)) throw err
    if (err instanceof QuietHoursError && err.openAtMs !== undefined) return { openAt: new Date(err.openAtMs), reason: err.message }
    log.warn({ err, scheduledCallId: dial.scheduledCallId }, 'a scheduled number was not called')
    // What is refused takes none of the account's turns, and what is not known yet must not hold up the others; anything else waits.
    return err.retryable && err.code !== 'provider_timeout' ? 'held_up' : 'refused'
  }
}

/** An attempt that is not over is gone on with. */
const attemptAfter = (last: DialRecord | undefined): number => last === undefined ? 1 : attemptOf(last) + (isOpen(last) ? 0 : 1)

/** The first attempt's key is older than attempts are. */
const keyOf = (scheduleId: string, number: string, attempt: number): string => `schedule ${scheduleId} ${number}${attempt === 1 ? '' : ` ${attempt}`}`

/** The last attempt at each number. */
const lastDials = (inOrder: DialRecord[]): ByNumber<DialRecord> => {
  const last = new Map<string, DialRecord>()
  for (const dial of inOrder) if (attemptOf(dial) >= (last.get(dial.toNumber)?.attempt ?? 1)) last.set(dial.toNumber, dial)
  return last
}

const isOpen = ({ state }: DialRecord): boolean => state === 'intended' || state === 'asking'

const isDue = ({ nextAttemptAt }: ScheduledCallResult, nowMs: number): boolean => nextAttemptAt !== undefined && nextAttemptAt.getTime() <= nowMs

const isToBeCalled = (last: DialRecord | undefined, known: ScheduledCallResult | undefined, nowMs: number): boolean => {
  // Waiting, for the hour or for the next attempt.
  if (known?.nextAttemptAt !== undefined && !isDue(known, nowMs)) return false
  return last === undefined || isOpen(last) || (known?.nextAttemptAt !== undefined && isOutcomeOf(known, last))
}

/** Whether it is how this dial ended. That does not change any more; but a number that was refused may turn out to have been called. */
const isOutcomeOf = (known: ScheduledCallResult | undefined, dial: DialRecord): boolean =>
  known !== undefined && known.outcome !== 'refused' && known.outcome !== 'waiting' && (known.attempts ?? 1) === attemptOf(dial)

/** What the schedule's dials have in common, or why none can be placed. */
async function intentOf (stores: Stores, { _id, userId, callType, fromPhoneNumberId, promptContent, detectMachines }: ScheduledCallRecord): Promise<{ fields: Intent, problem?: string }> {
  const phone = await stores.phones.find(userId, fromPhoneNumberId)
  const fields: Intent = { userId, callType, fromPhoneNumberId, fromNumber: phone?.phoneNumber ?? '', scheduledCallId: _id }
  if (phone?.isActive !== true) return { fields, problem: 'The phone number to call from is not active.' }
  if (callType === 'normal') return promptContent === undefined ? { fields, problem: 'A normal call speaks its prompt, and this one has none.' } : { fields: { ...fields, message: promptContent } }
  try {
    const { _id: agentId } = await chooseAgent(stores, phone)
    return { fields: { ...fields, agentId, ...(promptContent !== undefined && { promptContent }), ...(detectMachines !== undefined && { detectMachines }) } }
  } catch (error) {
    if (error instanceof EarshotError && !error.retryable) return { fields, problem: error.message }
    throw error
  }
}
