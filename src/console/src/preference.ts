import { useSyncExternalStore } from 'react'

/** A choice of the user's that this browser remembers. */
export interface Preference<Value extends string> {
  get: () => Value
  set: (value: Value) => void
  /** The value, in a component. */
  use: () => Value
}

/**
 * @param name of the entry in the browser's storage
 * @param initial what holds until something is chosen
 * @param apply what the choice does to the page, done at once and at each change
 */
export const preference = <const Value extends string> (name: string, values: readonly Value[], initial: () => Value, apply: (value: Value) => void): Preference<Value> => {
  const key = `earshot.${name}`
  const listeners = new Set<() => void>()
  const stored = read(key)
  let current = values.find((value) => value === stored) ?? initial()
  apply(current)
  const get = () => current
  return {
    get,
    set (value) {
      current = value
      write(key, value)
      apply(value)
      for (const listener of listeners) listener()
    },
    use: () => useSyncExternalStore((listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }, get)
  }
}

// A browser may forbid storage: then a choice holds until the page is closed.
const read = (key: string): string | null => {
  try { return localStorage.getItem(key) } catch { return null }
}
const write = (key: string, value: string): void => {
  try { localStorage.setItem(key, value) } catch {}
}
