import type { Completeness } from './completeness.ts'
import type { TurnTaking } from './turn-taking.ts'

/** Pauses remembered per caller: the last few say how this person speaks today. */
const REMEMBERED_PAUSES = 8
/** What is added to a caller's usual pause before silence means the end. */
const MARGIN_MS = 150
/** However slowly someone speaks, this is the most their habit adds to a wait. */
const MAX_STRETCH_MS = 700

/** Decides how much silence ends a turn, from what was said and from how this caller pauses. */
export class Endpoint {
  readonly #settings: TurnTaking
  readonly #pausesMs: number[] = []

  constructor (settings: TurnTaking) {
    this.#settings = settings
  }

  /** The caller went on after this much silence: they had not finished. */
  learnPause (pauseMs: number): void {
    this.#pausesMs.push(pauseMs)
    if (this.#pausesMs.length > REMEMBERED_PAUSES) this.#pausesMs.shift()
  }

  /** The shortest silence, in milliseconds, that ends a turn with these words. */
  waitMs (completeness: Completeness): number {
    const baseMs = this.#settings.waitMs[completeness]
    // Two pauses are a habit, one is an accident. The longest but one is robust against a single search for a paper.
    const habit = this.#pausesMs.length < 2 ? 0 : [...this.#pausesMs].sort((a, b) => b - a)[1]! + MARGIN_MS
    return Math.min(Math.max(baseMs, habit), baseMs + MAX_STRETCH_MS)
  }
}
