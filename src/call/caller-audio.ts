import { BYTES_PER_MS } from './line.ts'

/** Two seconds: what a quiet caller costs in memory. It grows with the turn and shrinks back after it. */
const INITIAL_BYTES = 16_384

/**
 * The caller's audio since a moment that moves: kept while a turn may still need it, dropped after. Positions are
 * milliseconds of audio since the stream began, so they do not depend on when frames arrived.
 */
export class CallerAudio {
  #bytes = new Uint8Array(INITIAL_BYTES)
  #length = 0
  #startByte = 0

  /** Audio received so far, in milliseconds. */
  get endMs (): number { return (this.#startByte + this.#length) / BYTES_PER_MS }
  /** The earliest position that is still held. */
  get startMs (): number { return this.#startByte / BYTES_PER_MS }

  append (mulaw: Uint8Array): void {
    const needed = this.#length + mulaw.length
    if (needed > this.#bytes.length) this.#resize(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.set(mulaw, this.#length)
    this.#length = needed
  }

  /** The μ-law between two positions, as far as it is held: a copy. */
  slice (fromMs: number, toMs: number): Uint8Array {
    const from = Math.max(0, Math.round(fromMs * BYTES_PER_MS) - this.#startByte)
    const to = Math.min(this.#length, Math.round(toMs * BYTES_PER_MS) - this.#startByte)
    return this.#bytes.slice(from, Math.max(from, to))
  }

  /** Forgets what lies before a position. Moves memory only once half of it is stale, so most calls cost nothing. */
  dropBefore (positionMs: number): void {
    const drop = Math.min(this.#length, Math.floor(positionMs * BYTES_PER_MS) - this.#startByte)
    if (drop < this.#bytes.length / 2) return
    this.#bytes.copyWithin(0, drop, this.#length)
    this.#length -= drop
    this.#startByte += drop
    if (this.#bytes.length > INITIAL_BYTES && this.#length < INITIAL_BYTES / 2) this.#resize(INITIAL_BYTES)
  }

  #resize (size: number): void {
    const bytes = new Uint8Array(size)
    bytes.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = bytes
  }
}
