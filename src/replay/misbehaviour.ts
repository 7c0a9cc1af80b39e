import type { Clock } from '../clock.ts'
import { EarshotError, type ErrorCode } from '../errors.ts'
import { sleep } from '../sleep.ts'

/** How a simulated provider fails. */
export type Failure =
  /** Refuses after `afterMs` (default: at once). */
  | { kind: 'error', code: ErrorCode, afterMs?: number }
  /** Takes the request and never answers. */
  | { kind: 'hang' }
  /** Breaks off after so many pieces of its answer. */
  | { kind: 'cut', afterPieces: number }

export interface Temper {
  clock: Clock
  /** Which request fails, and how; counted from 0. Default: none. */
  fail?: (request: number) => Failure | undefined
  /** Added to the first answer's time, evenly spread from 0 up to this. Default 0. */
  jitterMs?: number
  /** Of the jitter. The same seed gives the same times. Default 1. */
  seed?: number
}

/** What the three simulated providers have in common: counting, jitter and failing. */
export class Misbehaviour {
  /** Requests taken so far. */
  requests = 0
  /** Requests that have not ended: what a finished call must leave at zero. */
  open = 0
  readonly #temper: Temper
  readonly #random: () => number

  constructor (temper: Temper) {
    this.#temper = temper
    this.#random = seededRandom(temper.seed ?? 1)
  }

  /**
   * Yields the pieces of one answer, the first after `firstMs` and each next after `pieceMs`, unless this request is one that fails.
   * @throws {EarshotError} the injected failure; the signal's reason when it is aborted
   */
  async * answer<Piece> (pieces: Iterable<Piece>, firstMs: number, pieceMs: number, signal: AbortSignal): AsyncGenerator<Piece, void, undefined> {
    const { clock, fail, jitterMs = 0 } = this.#temper
    const failure = fail?.(this.requests)
    this.requests++
    const delayMs = firstMs + this.#random() * jitterMs
    this.open++
    try {
      signal.throwIfAborted()
      if (failure?.kind === 'hang') await untilAborted(signal)
      if (failure?.kind === 'error') {
        await sleep(clock, failure.afterMs ?? 0, signal)
        throw new EarshotError(failure.code)
      }
      // By an absolute schedule: a consumer that takes its time does not slow the provider down.
      let dueMs = clock.now() + delayMs
      let given = 0
      for (const piece of pieces) {
        await sleep(clock, Math.max(0, dueMs - clock.now()), signal)
        if (failure?.kind === 'cut' && given === failure.afterPieces) break
        yield piece
        signal.throwIfAborted()
        given++
        dueMs += pieceMs
      }
      if (failure?.kind === 'cut') throw new EarshotError('provider_unavailable', 'The provider broke off its answer.')
    } finally {
      this.open--
    }
  }
}

const untilAborted = (signal: AbortSignal): Promise<never> => new Promise((_resolve, reject) => {
  signal.addEventListener('abort', () => reject(signal.reason), { once: true })
})

/** Mulberry32, by Tommy Ettinger (public domain): small and even enough for spreading delays. */
const seededRandom = (seed: number) => (): number => {
  seed = seed + 0x6d2b79f5 | 0
  let mixed = Math.imul(seed ^ seed >>> 15, 1 | seed)
  mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed
  return ((mixed ^ mixed >>> 14) >>> 0) / 4294967296
}
