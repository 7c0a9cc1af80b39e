/** Positions in the shared memory. */
const INSIDE = 0
const STOPPED = 1

/**
 * Lets a process end while one of its threads runs native code. onnxruntime-node 1.30 aborts the whole process when its thread
 * is torn down in the middle of an inference, so the thread enters and leaves around each, and who wants to end stops it and waits.
 */
export class ExitGuard {
  readonly memory: SharedArrayBuffer
  readonly #flags: Int32Array

  /** @param memory the other side's, when this is the thread's */
  constructor (memory = new SharedArrayBuffer(8)) {
    this.memory = memory
    this.#flags = new Int32Array(memory)
  }

  /** The thread's: true when it may go on to native code, and must call `leave` after it. */
  enter (): boolean {
    Atomics.store(this.#flags, INSIDE, 1)
    if (Atomics.load(this.#flags, STOPPED) === 0) return true
    this.leave()
    return false
  }

  leave (): void {
    Atomics.store(this.#flags, INSIDE, 0)
    Atomics.notify(this.#flags, INSIDE)
  }

  /** From now on the thread cannot enter. */
  stop (): void {
    Atomics.store(this.#flags, STOPPED, 1)
  }

  /** Stops the thread, and blocks until it is outside or `timeoutMs` have passed. */
  stopAndWait (timeoutMs: number): void {
    this.stop()
    Atomics.wait(this.#flags, INSIDE, 1, timeoutMs)
  }
}
