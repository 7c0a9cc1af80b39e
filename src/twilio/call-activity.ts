import type { FastifyBaseLogger } from 'fastify'
import type { CallActivity } from '../call/state.ts'
import type { Clock } from '../clock.ts'
import { Rounds } from '../rounds.ts'
import { WATCH_EXPIRES_AFTER_MS, type CallActivities, type CallWatchStore } from '../store/call-watches.ts'
import type { LiveCalls } from './live-calls.ts'

/** One query each time for all calls of the process, and a write for each who watches some of them, if there is news. None while it has no calls. */
const TELL_EVERY_MS = 500
/** Leaves time for another attempt before the watch expires. */
const RENEW_EVERY_MS = WATCH_EXPIRES_AFTER_MS / 3

export interface CallActivityDeps {
  clock: Clock
  stores: { callWatches: CallWatchStore }
  liveCalls: Pick<LiveCalls, 'find' | 'callSids'>
}

/** What somebody sees of a user's calls: of this process's by looking, of others' through the database, where it says which calls are watched. */
export class CallActivityWatch {
  readonly #deps: CallActivityDeps
  readonly #userId: string
  #watch: { id: string, key: string, renewAtMs: number } | undefined

  constructor (deps: CallActivityDeps, userId: string) {
    this.#deps = deps
    this.#userId = userId
  }

  /** @param callSids active calls of the user's; those that nothing is known of yet are left out of the answer */
  async look (callSids: readonly string[]): Promise<ReadonlyMap<string, CallActivity>> {
    const seen = new Map<string, CallActivity>()
    for (const callSid of callSids) {
      const activity = this.#deps.liveCalls.find(callSid)?.activity
      if (activity !== undefined) seen.set(callSid, activity)
    }
    const elsewhere = callSids.filter((callSid) => !seen.has(callSid))
    const told = await this.#told(elsewhere)
    for (const callSid of elsewhere) {
      const activity = told[callSid]
      if (activity !== undefined) seen.set(callSid, activity)
    }
    return seen
  }

  /** Nobody watches any more. */
  async close (): Promise<void> {
    const watch = this.#watch
    this.#watch = undefined
    if (watch !== undefined) await this.#deps.stores.callWatches.remove(this.#userId, watch.id)
  }

  async #told (callSids: readonly string[]): Promise<CallActivities> {
    const { clock, stores: { callWatches } } = this.#deps
    const key = callSids.join()
    if (callSids.length === 0) await this.close()
    else if (this.#watch === undefined) this.#watch = { id: await callWatches.add(this.#userId, callSids), key, renewAtMs: clock.now() + RENEW_EVERY_MS }
    else if (key === this.#watch.key && clock.now() < this.#watch.renewAtMs) return await callWatches.find(this.#userId, this.#watch.id) ?? {}
    else {
      const told = await callWatches.renew(this.#userId, this.#watch.id, callSids)
      this.#watch = told && { ...this.#watch, key, renewAtMs: clock.now() + RENEW_EVERY_MS }
      return told ?? {}
    }
    return {}
  }
}

/** Tells those who watch calls of this process from another one what goes on in them. */
export const callActivityRounds = ({ clock, stores: { callWatches }, liveCalls, log }: CallActivityDeps & { log: FastifyBaseLogger }): Rounds => new Rounds(clock, TELL_EVERY_MS, async () => {
  if (liveCalls.callSids.length === 0) return
  for (const { _id, call_sids: callSids, activities } of await callWatches.watching(liveCalls.callSids)) {
    const news: CallActivities = {}
    for (const callSid of callSids) {
      const activity = liveCalls.find(callSid)?.activity
      if (activity !== undefined && !sameActivity(activity, activities[callSid])) news[callSid] = activity
    }
    if (Object.keys(news).length > 0) await callWatches.tell(_id, news)
  }
}, (err) => log.warn({ err }, 'who watches calls of this process was not told'))

export const sameActivity = (a: CallActivity, b: CallActivity | undefined): boolean =>
  a.state === b?.state && a.caller_words === b.caller_words && a.agent_words === b.agent_words
