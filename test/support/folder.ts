import type { Test } from 'tap'

/**
 * An empty folder that is removed after the test's teardowns, so that what they close may still write. tap removes a testdir before them when it
 * was made before the first of them was registered.
 */
export const folder = (t: Test): string => {
  t.teardown(() => {})
  return t.testdir()
}
