declare module 'fs-native-extensions' {
  /** Takes an exclusive lock on an open file; false when another descriptor holds it. */
  export function tryLock (fd: number): boolean
}
