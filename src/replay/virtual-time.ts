import type { VirtualClock } from '../clock.ts'

/** Coarse enough to cost nothing, fine enough that a finished call is noticed soon. */
const STEP_MS = 100

/**
 * Advances the clock until the work is done.
 * @param limitMs of virtual time
 * @throws what the work throws; {Error} when it is not done within the limit
 */
export const runVirtually = async <Result>(clock: VirtualClock, work: Promise<Result>, limitMs: number): Promise<Result> => {
  const state = { done: false }
  const settled = work.finally(() => { state.done = true })
  // The error is thrown by the await below; this only keeps it from counting as unhandled until then.
  settled.catch(() => {})
  const latestMs = clock.now() + limitMs
  while (!state.done && clock.now() < latestMs) await clock.advance(STEP_MS)
  if (!state.done) throw new Error(`Still not done after ${limitMs} ms of virtual time.`)
  return await settled
}

/**
 * Wraps a function that does real work (a request into the app, a write to a disk), so that virtual time stands still while it runs:
 * how long it takes on this machine must not change what happens when.
 */
export const holdingTime = <Args extends unknown[], Result>(clock: VirtualClock, fn: (...args: Args) => Promise<Result>) =>
  async (...args: Args): Promise<Result> => {
    const work = fn(...args)
    const release = clock.addSettler(() => work.then(() => {}, () => {}))
    try {
      return await work
    } finally {
      release()
    }
  }
