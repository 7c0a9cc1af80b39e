import type { CallActivity } from '../call/state.ts'
import type { Clock, Timer } from '../clock.ts'
import type { CallCommand } from './call-commands.ts'

/** A call whose media stream this process carries. */
export interface LiveCall {
  readonly callSid: string
  /** Twilio's id of its stream. */
  readonly streamSid?: string
  /** What goes on in it now. */
  readonly activity?: CallActivity
  /** Has it whisper to its agent, or transfer its caller. False: it is ending. */
  command (command: Exclude<CallCommand, { type: 'end' }>): boolean
  /** Ends it, and settles when its record is complete. */
  close (reason: string): Promise<void>
}

export type Admission = 'admitted' | 'too_many_calls' | 'overloaded' | 'draining'

export interface LiveCallsOptions {
  clock: Clock
  maxCalls: number
  /** Whether one call more would harm those there are. */
  overloaded?: () => boolean
}

/** A webhook was answered, but its stream has not begun: as long as this it keeps its place. */
const PENDING_MS = 15_000

/** The calls of this process: those it carries, and those it has said yes to. */
export class LiveCalls {
  readonly #options: LiveCallsOptions
  readonly #pending = new Map<string, Timer>()
  readonly #live = new Set<LiveCall>()
  /** Of a call whose stream was taken up again, the new stream's: the old one may still be closing. */
  readonly #latest = new Map<string, LiveCall>()
  readonly #waiting: Array<() => void> = []
  #draining = false
  #over = false

  constructor (options: LiveCallsOptions) {
    this.#options = options
  }

  /** No new calls: the process is about to end. */
  get draining (): boolean { return this.#draining }
  /** The time to drain is over: nor does it take the streams of calls that other processes have said yes to. */
  get over (): boolean { return this.#over }
  /** Twilio's ids of the calls with a stream. */
  get callSids (): string[] { return [...this.#live].map(({ callSid }) => callSid) }
  /** Calls with a stream. */
  get live (): number { return this.#live.size }
  /** Calls with a stream, and those whose stream is about to begin. */
  get count (): number { return this.#pending.size + this.#live.size }

  /** The call, if this process carries it. */
  find (callSid: string): LiveCall | undefined { return this.#latest.get(callSid) }

  /**
   * Asks for a place and, when admitted, keeps it until the stream begins. A call that has one already, as in a repeated webhook, takes no second.
   * @param begun the call has been talked in, here or elsewhere: it is refused only when there is no place at all
   */
  admit (callSid: string, begun = false): Admission {
    if (this.#draining) return 'draining'
    if (!this.#holds(callSid)) {
      if (this.count >= this.#options.maxCalls) return 'too_many_calls'
      if (!begun && this.#options.overloaded?.() === true) return 'overloaded'
    }
    this.#pending.get(callSid)?.cancel()
    this.#pending.set(callSid, this.#options.clock.setTimeout(() => this.release(callSid), PENDING_MS))
    return 'admitted'
  }

  /** Does what makes an admitted call's stream possible; when that fails, or answers nothing, the place is given up. */
  async keepIf<T> (callSid: string, work: () => Promise<T | undefined>): Promise<T | undefined> {
    let result: T | undefined
    try {
      result = await work()
    } finally {
      if (result === undefined) this.release(callSid)
    }
    return result
  }

  /** Gives up the place of a call whose stream will not begin. */
  release (callSid: string): void {
    this.#pending.get(callSid)?.cancel()
    this.#pending.delete(callSid)
    this.#wakeIfEmpty()
  }

  /** The call's stream has begun. */
  add (call: LiveCall): void {
    this.#live.add(call)
    this.#latest.set(call.callSid, call)
    this.release(call.callSid)
  }

  /** The call is over, and its record complete. */
  remove (call: LiveCall): void {
    this.#live.delete(call)
    if (this.find(call.callSid) === call) this.#latest.delete(call.callSid)
    this.#wakeIfEmpty()
  }

  /**
   * Takes no new calls from now on, waits for the last one to end, at most `graceMs`, then ends the rest.
   * @param saveMs how long the records of those may take to be complete
   */
  async drain (graceMs: number, saveMs = Infinity): Promise<void> {
    this.#draining = true
    if (graceMs > 0) await this.#atMost(graceMs, this.#empty())
    this.#over = true
    await this.#atMost(saveMs, Promise.allSettled([...this.#live].map(async (call) => await call.close('shutdown'))))
  }

  async #atMost (ms: number, work: Promise<unknown>): Promise<void> {
    if (ms === Infinity) {
      await work
      return
    }
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.setTimeout(resolve, ms)
      work.finally(() => {
        timer.cancel()
        resolve()
      }).catch(() => {})
    })
  }

  #holds (callSid: string): boolean {
    return this.#pending.has(callSid) || this.#latest.has(callSid)
  }

  /** Resolves when there is no call. */
  async #empty (): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
      this.#wakeIfEmpty()
    })
  }

  #wakeIfEmpty (): void {
    if (this.count === 0) for (const wake of this.#waiting.splice(0)) wake()
  }
}
