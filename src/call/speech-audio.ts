import { BYTES_PER_MS } from './line.ts'

/** How much of what was already heard is kept, for going back to a word's start and for recognising the line's echo. */
const KEEP_BEHIND_BYTES = 3000 * BYTES_PER_MS

/**
 * The μ-law of one utterance of the agent: filled from one side as it is synthesised, read from the other as it is
 * played. Offsets are bytes since the utterance began and stay valid after the front is released.
 */
export class SpeechAudio {
  readonly #chunks: Uint8Array[] = []
  #firstByte = 0
  #length = 0
  #ended = false
  #readUpTo = 0
  #waiters: Array<() => void> = []
  /** Told of every append and of the end. */
  onChange: () => void = () => {}

  /** Bytes synthesised so far, the released ones included. */
  get length (): number { return this.#length }
  /** Nothing more will be appended. */
  get ended (): boolean { return this.#ended }

  append (mulaw: Uint8Array): void {
    if (mulaw.length === 0 || this.#ended) return
    this.#chunks.push(mulaw)
    this.#length += mulaw.length
    this.onChange()
  }

  end (): void {
    if (this.#ended) return
    this.#ended = true
    this.#wake()
    this.onChange()
  }

  /** Up to `maxBytes` from `offset`: a copy when it spans chunks. Empty when there is nothing (yet, or any more). */
  read (offset: number, maxBytes: number): Uint8Array {
    const wanted = Math.min(maxBytes, this.#length - offset)
    if (wanted <= 0 || offset < this.#firstByte) return new Uint8Array(0)
    this.#readUpTo = Math.max(this.#readUpTo, offset + wanted)
    this.#wake()
    let chunkStart = this.#firstByte
    let index = 0
    while (chunkStart + this.#chunks[index]!.length <= offset) chunkStart += this.#chunks[index++]!.length
    const first = this.#chunks[index]!.subarray(offset - chunkStart)
    if (first.length >= wanted) return first.subarray(0, wanted)
    const joined = new Uint8Array(wanted)
    let filled = 0
    for (let part = first; filled < wanted; part = this.#chunks[++index]!) {
      const piece = part.subarray(0, wanted - filled)
      joined.set(piece, filled)
      filled += piece.length
      if (filled === wanted) break
    }
    return joined
  }

  /** Resolves when less than `bytes` lie unread, or nothing more will be read: for whoever fills it not to run far ahead. */
  async whenAheadBelow (bytes: number): Promise<void> {
    while (!this.#ended && this.#length - this.#readUpTo >= bytes) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve))
    }
  }

  #wake (): void {
    const waiters = this.#waiters
    if (waiters.length === 0) return
    this.#waiters = []
    for (const wake of waiters) wake()
  }

  /** Lets go of what was heard more than three seconds before `offset`. */
  release (offset: number): void {
    while (this.#chunks.length > 1 && this.#firstByte + this.#chunks[0]!.length <= offset - KEEP_BEHIND_BYTES) {
      this.#firstByte += this.#chunks.shift()!.length
    }
  }

  /** The earliest offset that can still be read. */
  get firstByte (): number { return this.#firstByte }
}
