import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import { chooseAgent } from '../outbound/choose-agent.ts'
import type { Dialler } from '../outbound/dialler.ts'
import type { CallRecord } from '../store/calls.ts'
import type { DialRecord, NewDial } from '../store/dials.ts'
import type { ScheduledCallRecord, ScheduledCallResult } from '../store/scheduled-calls.ts'
import type { Stores } from '../store/stores.ts'
import { outcomeOf } from './outcome.ts'

export interface ScheduleDeps {
  clock: Clock
  stores: Stores
  dialler: Dialler
  log: FastifyBaseLogger
}

type Intent = Omit<NewDial, 'key' | 'toNumber'>

/**
 * Takes a schedule one step on: calls at most one more number, and gathers what became of the others. All that it knows is stored, so it goes on after
 * the death of a process from wherever that was: each number has a dial of its own, and a dial becomes one call at most.
 * @param mayCall whether the number to call from may make another call now; asked once, right before
 * @returns the results so far, and whether they are all
 */
export async function workSchedule (deps: ScheduleDeps, schedule: ScheduledCallRecord, mayCall: (fromPhoneNumberId: string) => boolean): Promise<{ results: ScheduledCallResult[], finished: boolean }> {
  const { stores, clock } = deps
  await callNext(deps, schedule, mayCall)
  const dials = new Map((await stores.dials.ofSchedule(schedule._id)).map((dial) => [dial.toNumber, dial]))
  // How a call ended does not change any more; a number that was refused may turn out to have been called.
  const known = new Map(schedule.results?.filter(({ outcome }) => outcome !== 'refused').map((result) => [result.phoneNumber, result]))
  const results: ScheduledCallResult[] = []
  for (const number of schedule.toPhoneNumbers) {
    const dial = dials.get(number)
    const result = known.get(number) ?? (dial && outcomeOf(dial, await callOf(deps, dial), clock.now()))
    if (result !== undefined) results.push(result)
  }
  return { results, finished: results.length === schedule.toPhoneNumbers.length }
}

async function callNext ({ stores, dialler, log }: ScheduleDeps, schedule: ScheduledCallRecord, mayCall: (fromPhoneNumberId: string) => boolean): Promise<void> {
  const dials = new Map((await stores.dials.ofSchedule(schedule._id)).map((dial) => [dial.toNumber, dial]))
  const open = schedule.toPhoneNumbers.filter((number) => isOpen(dials.get(number)))
  if (open.length === 0 || !mayCall(schedule.fromPhoneNumberId)) return
  const intent = await intentOf(stores, schedule)
  for (const toNumber of open) {
    const { dial } = await stores.dials.create({ ...intent.fields, toNumber, key: `schedule ${schedule._id} ${toNumber}` })
    if (intent.problem !== undefined) {
      await stores.dials.fail(dial._id, intent.problem)
      continue
    }
    try {
      await dialler.place(dial)
      return
    } catch (err) {
      if (!(err instanceof EarshotError)) throw err
      log.warn({ err, scheduledCallId: schedule._id }, 'a scheduled number was not called')
      // What is refused takes none of the account's turns, and what is not known yet must not hold up the others; anything else waits.
      if (err.retryable && err.code !== 'provider_timeout') return
    }
  }
}

/** A dial's call. Its record is made anew when a process died between the two. */
const callOf = async ({ stores, dialler }: ScheduleDeps, dial: DialRecord): Promise<CallRecord | undefined> =>
  dial.callSid === undefined ? undefined : await stores.calls.findBySid(dial.callSid) ?? await dialler.bind(dial, dial.callSid)

const isOpen = (dial: DialRecord | undefined): boolean => dial === undefined || dial.state === 'intended' || dial.state === 'asking'

/** What the schedule's dials have in common, or why none can be placed. */
async function intentOf (stores: Stores, { _id, userId, callType, fromPhoneNumberId, promptContent }: ScheduledCallRecord): Promise<{ fields: Intent, problem?: string }> {
  const phone = await stores.phones.find(userId, fromPhoneNumberId)
  const fields: Intent = { userId, callType, fromPhoneNumberId, fromNumber: phone?.phoneNumber ?? '', scheduledCallId: _id }
  if (phone?.isActive !== true) return { fields, problem: 'The phone number to call from is not active.' }
  if (callType === 'normal') return promptContent === undefined ? { fields, problem: 'A normal call speaks its prompt, and this one has none.' } : { fields: { ...fields, message: promptContent } }
  try {
    const { _id: agentId } = await chooseAgent(stores, phone)
    return { fields: { ...fields, agentId, ...(promptContent === undefined ? {} : { promptContent }) } }
  } catch (error) {
    if (error instanceof EarshotError && !error.retryable) return { fields, problem: error.message }
    throw error
  }
}
