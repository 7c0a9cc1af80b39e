import { systemClock } from '../../src/clock.ts'
import { sleep } from '../../src/sleep.ts'

/**
 * Waits until `look` finds it, as long as a machine that is too slow may need.
 * @throws {Error} that says what was not found
 */
export async function until<T> (what: string, patienceMs: number, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const endMs = performance.now() + patienceMs; performance.now() < endMs;) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(systemClock, 100)
  }
  throw new Error(`Not seen in ${patienceMs / 1000} s: ${what}`)
}
