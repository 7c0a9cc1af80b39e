import type { VirtualClock } from '../clock.ts'
import type { Stores } from '../store/stores.ts'
import { holdingTime } from './virtual-time.ts'

/** The same stores for virtual time. */
export const settledStores = (stores: Stores, clock: VirtualClock): Stores => settled(stores, clock)

/**
 * The same thing for virtual time: the clock stands still while one of its methods works, so that how fast this machine's disk or network is does not
 * change what happens when.
 */
export const settled = <Target extends object>(target: Target, clock: VirtualClock): Target => new Proxy(target, {
  get: (from, name) => {
    const value: unknown = Reflect.get(from, name)
    if (typeof value === 'object' && value !== null) return settled(value, clock)
    if (typeof value !== 'function') return value
    return (...args: unknown[]): unknown => {
      const result: unknown = Reflect.apply(value, from, args)
      return result instanceof Promise ? holdingTime(clock, () => result)() : result
    }
  }
})
