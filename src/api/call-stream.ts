import type { CallActivity } from '../call/state.ts'
import { sleep } from '../sleep.ts'
import type { CallRecord } from '../store/calls.ts'
import { CallActivityWatch } from '../twilio/call-activity.ts'
import { CallChanges, type CallChange } from './call-changes.ts'
import type { ApiDeps } from './deps.ts'

/** Proxies close a connection on which nothing comes for a minute. */
const KEEP_ALIVE_MS = 15_000

/** Calls that somebody watches. */
export interface WatchedCalls {
  userId: string
  /** As they were just now. */
  known: CallRecord[]
  /** Whether what has happened to those is told too. */
  fromStart: boolean
  everyMs: number
  /** Those that may have changed; undefined: all of it is over. */
  look: () => Promise<CallRecord[] | undefined>
}

/** What happens in calls, as pieces of text/event-stream, until all is over or `ending`. */
export async function * callStream (deps: Pick<ApiDeps, 'clock' | 'stores' | 'liveCalls'>, { userId, known, fromStart, everyMs, look }: WatchedCalls, ending: AbortSignal): AsyncGenerator<string> {
  const { clock } = deps
  const changes = new CallChanges()
  if (!fromStart) changes.skip(known)
  const watch = new CallActivityWatch(deps, userId)
  try {
    // Tells the browser that it is connected, and when to try again.
    yield `retry: ${everyMs}\n\n`
    let calls: CallRecord[] | undefined = known
    for (let lastAtMs = clock.now(); !ending.aborted; await sleep(clock, everyMs, ending).catch(() => {})) {
      const activities: ReadonlyMap<string, CallActivity> = await watch.look(activeSids(calls)).catch(() => new Map())
      calls = await look().catch(() => [])
      if (calls === undefined) return
      const news = changes.next(calls, activities)
      if (news.length === 0 && clock.now() - lastAtMs < KEEP_ALIVE_MS) continue
      lastAtMs = clock.now()
      yield news.length > 0 ? news.map(eventText).join('') : ': still here\n\n'
    }
  } finally {
    // Should the database be away, it expires.
    await watch.close().catch(() => {})
  }
}

const activeSids = (calls: readonly CallRecord[]): string[] => calls.filter(({ status }) => status === 'active').map(({ call_sid: callSid }) => callSid)

const eventText = ({ event, id, data }: CallChange): string => `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
