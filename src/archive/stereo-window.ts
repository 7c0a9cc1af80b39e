import { MULAW_SILENCE } from '../audio/mulaw.ts'

export type Side = 'caller' | 'agent'

/** 80 KB. The newest half of it can always still be written to. */
const WINDOW_SAMPLES = 40_000

/**
 * The last five seconds of two voices on one time line, silent where nothing was put; what is older goes out, left (the caller) and right (the agent)
 * in turns. So audio may come in any order within a few seconds, in constant memory.
 */
export class StereoWindow {
  readonly #out: (mulaw: Uint8Array) => void
  readonly #window = new Uint8Array(WINDOW_SAMPLES * 2).fill(MULAW_SILENCE)
  /** The time line's sample that the window begins with. */
  #base = 0

  constructor (out: (mulaw: Uint8Array) => void) {
    this.#out = out
  }

  /**
   * What lies before the window came too late, and is left out.
   * @param atSample where on the time line it begins
   */
  put (side: Side, atSample: number, mulaw: Uint8Array): void {
    const end = atSample + mulaw.length
    if (end > this.#base + WINDOW_SAMPLES) this.#sendUpTo(Math.max(this.#base, end - WINDOW_SAMPLES / 2))
    const column = side === 'caller' ? 0 : 1
    for (let i = Math.max(0, this.#base - atSample); i < mulaw.length; i++) this.#window[2 * (atSample - this.#base + i) + column] = mulaw[i]!
  }

  /** Sends all of it, up to the given sample. */
  finish (endSample: number): void {
    this.#sendUpTo(endSample)
  }

  #sendUpTo (sample: number): void {
    while (this.#base < sample) {
      const length = 2 * Math.min(sample - this.#base, WINDOW_SAMPLES)
      this.#out(this.#window.slice(0, length))
      this.#window.copyWithin(0, length)
      this.#window.fill(MULAW_SILENCE, this.#window.length - length)
      this.#base += length / 2
    }
  }
}
