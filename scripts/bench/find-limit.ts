import type { Load, LoadResult } from './load.ts'

/** No reply is this late on a gateway that copes, whatever its lead hides: the search ends here too. */
const HOPELESS_LOOP_DELAY_MS = 2000

export interface Limit {
  /** The highest number of calls of which none had a gap; 0 when there was none. */
  calls: number
  /** The measurement at that number. */
  at: LoadResult | undefined
  /** The first one with a gap. */
  beyond: LoadResult
  /** The load generator itself was too late at times, so the limit may be its own. */
  doubtful: boolean
}

/** Adds calls step by step, and measures each number, until a caller hears a gap. */
export async function findLimit (load: Load, step: number, seconds: number, tell: (result: LoadResult) => void): Promise<Limit> {
  let at: LoadResult | undefined
  for (let calls = step; ; calls += step) {
    const result = await load.measure(calls, seconds)
    tell(result)
    const failed = result.gaps > 0 || result.lost > 0 || result.unanswered > 0 || result.loopDelayMaxMs > HOPELESS_LOOP_DELAY_MS
    if (failed) return { calls: at?.calls ?? 0, at, beyond: result, doubtful: result.callersLatestTickMs > 100 }
    at = result
  }
}
