import type { UnsavedCall } from '../store/call-journal.ts'

/** The calls whose records are not complete yet. When the process has to end before they are, it can still tell what they lack. */
export class UnsavedCalls {
  readonly #calls = new Set<() => UnsavedCall>()

  /**
   * @param surrender stops storing the call's record, and tells what it lacks
   * @returns to be called when the record is complete
   */
  track (surrender: () => UnsavedCall): () => void {
    this.#calls.add(surrender)
    return () => { this.#calls.delete(surrender) }
  }

  /** Stops storing every call's record. */
  surrender (): UnsavedCall[] {
    const unsaved = [...this.#calls].map((surrender) => surrender())
    this.#calls.clear()
    return unsaved.filter(({ turns, end }) => turns.length > 0 || end !== undefined)
  }
}
