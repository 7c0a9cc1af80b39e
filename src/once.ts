/**
 * The function that calls another one the first time, and gives what came of it every time; a promise that is rejected is forgotten, so that the next call tries
 * again. For what is loaded with its first use: `import()` asks Node.js again each time, and with it whatever hooks of the loader there are, in their thread.
 */
export const once = <T> (make: () => T): (() => T) => {
  let made: { value: T } | undefined
  return () => {
    if (made !== undefined) return made.value
    const value = make()
    made = { value }
    if (value instanceof Promise) value.catch(() => { made = undefined })
    return value
  }
}
