import { Rounds } from '../rounds.ts'
import type { LeasedSchedule } from '../store/scheduled-calls.ts'
import { isSuccess } from './outcome.ts'
import { continueSeries } from './series.ts'
import { workSchedule, type ScheduleDeps } from './work-schedule.ts'

/** Twilio starts one call a second for an account unless more was agreed on (https://www.twilio.com/docs/voice/api/call-resource), so a number makes one a round. */
const ROUND_MS = 1_000
/** Longer than any step takes: after this a schedule whose worker died is another's. */
const LEASE_MS = 60_000
/** A schedule that waits is looked at this often all the same, for what its owner may have changed. */
const LONGEST_IDLE_MS = 10 * 60_000
/** Schedules that are worked on in a round. */
const MAX_SCHEDULES = 100

/** Keeps appointments: places the calls of due schedules. Any number of processes may do so on one database. */
export class Scheduler extends Rounds {
  readonly #deps: ScheduleDeps

  constructor (deps: ScheduleDeps) {
    super(deps.clock, ROUND_MS, () => this.work(), (err) => deps.log.error({ err }, 'the scheduler failed'))
    this.#deps = deps
  }

  /** One round: every due schedule is taken a step on. */
  async work (): Promise<void> {
    const { stores, dialler, log } = this.#deps
    const called = new Set<string>()
    const mayCall = (phoneId: string) => {
      const free = !called.has(phoneId)
      called.add(phoneId)
      return free
    }
    for (let n = 0; n < MAX_SCHEDULES && !this.stopped; n++) {
      const leased = await stores.scheduledCalls.claimDue(LEASE_MS)
      if (leased === undefined) break
      try {
        await this.#step(leased, mayCall)
      } catch (err) {
        // The lease runs out, and then it is gone on with.
        log.error({ err, scheduledCallId: leased.schedule._id }, 'a schedule could not be worked on')
      }
    }
    await dialler.settleLost()
  }

  async #step (leased: LeasedSchedule, mayCall: (phoneId: string) => boolean): Promise<void> {
    const { stores, clock, log, metrics } = this.#deps
    const { schedule } = leased
    if (schedule.seriesId !== undefined && schedule.results === undefined) {
      if (await stores.scheduledCalls.hasEnded(schedule.userId, schedule.seriesId)) {
        await stores.scheduledCalls.remove(schedule.userId, schedule._id)
        return
      }
      await continueSeries(this.#deps, schedule)
    }
    const { results, finished, idleUntilMs = 0 } = await workSchedule(this.#deps, schedule, mayCall)
    const status = results.some(isSuccess) ? 'completed' as const : 'failed' as const
    const againMs = Math.min(Math.max(ROUND_MS, idleUntilMs - clock.now()), LONGEST_IDLE_MS)
    const released = await stores.scheduledCalls.release(leased, { results, ...(finished && { status }) }, againMs)
    if (!finished || !released) return
    metrics.schedules.inc({ status })
    log.info({ scheduledCallId: schedule._id, status }, 'a schedule is finished')
  }
}
