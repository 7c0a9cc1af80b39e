import type { Clock } from './clock.ts'

/**
 * Resolves `delayMs` later on the clock.
 * @throws the signal's reason, at once, when the signal is or gets aborted
 */
export const sleep = (clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> => new Promise((resolve, reject) => {
  if (signal?.aborted) return reject(reasonOf(signal))
  const onAbort = () => {
    timer.cancel()
    reject(reasonOf(signal))
  }
  const timer = clock.setTimeout(() => {
    signal?.removeEventListener('abort', onAbort)
    resolve()
  }, delayMs)
  signal?.addEventListener('abort', onAbort, { once: true })
})

const reasonOf = (signal: AbortSignal | undefined): Error => signal?.reason instanceof Error ? signal.reason : new Error('Aborted.')
