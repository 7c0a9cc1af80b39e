/**
 * The function that calls another one the first time, and gives what came of it every time. For modules that are loaded with their first use:
 * `import()` asks Node.js again each time, and with it whatever hooks of the loader there are, in their thread.
 */
export const once = <T> (make: () => T): (() => T) => {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}
