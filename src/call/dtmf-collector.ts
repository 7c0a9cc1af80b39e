import type { Clock, Timer } from '../clock.ts'

export interface DtmfOptions {
  /** The key that ends the input. It is not part of it. */
  terminator?: string
  /** So many digits end the input too. */
  maxDigits?: number
  /** And so does this pause after a digit. People press keys 200–800 ms apart, and look up from a card for up to two seconds. */
  pauseMs?: number
}

/** Gathers the keys that a caller presses into one sentence for the model. */
export class DtmfCollector {
  readonly #clock: Clock
  readonly #onText: (text: string) => void
  readonly #terminator: string
  readonly #maxDigits: number
  readonly #pauseMs: number
  #digits = ''
  #timer: Timer | undefined

  /** @param onText called with "The caller pressed 1 2 3 on the keypad." when the input is over */
  constructor (clock: Clock, onText: (text: string) => void, { terminator = '#', maxDigits = 32, pauseMs = 2500 }: DtmfOptions = {}) {
    this.#clock = clock
    this.#onText = onText
    this.#terminator = terminator
    this.#maxDigits = maxDigits
    this.#pauseMs = pauseMs
  }

  /** One key: 0–9, A–D, * or #. */
  press (digit: string): void {
    this.#timer?.cancel()
    // The terminator alone is an input of its own: "press # to go back".
    if (digit !== this.#terminator || this.#digits === '') this.#digits += digit
    if (digit === this.#terminator || this.#digits.length >= this.#maxDigits) this.#finish()
    else this.#timer = this.#clock.setTimeout(() => this.#finish(), this.#pauseMs)
  }

  /** The call is over: what was gathered is forgotten. */
  close (): void {
    this.#timer?.cancel()
    this.#digits = ''
  }

  #finish (): void {
    const digits = [...this.#digits].join(' ')
    this.#digits = ''
    this.#onText(`The caller pressed ${digits} on the keypad.`)
  }
}
