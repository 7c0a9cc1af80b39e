import type { Clock, Timer } from '../clock.ts'
import { MULAW_SILENCE } from '../audio/mulaw.ts'
import { BYTES_PER_MS } from '../call/line.ts'

/** Twilio's frame: 20 ms, 160 bytes of μ-law. */
export const FRAME_MS = 20
export const FRAME_BYTES = FRAME_MS * BYTES_PER_MS

/** When something the caller said began and ended; `complete` is false when the line was cut before its end. */
export interface Span { startMs: number, endMs: number, complete: boolean }

interface Utterance { mulaw: Uint8Array, offset: number, startMs: number, done: (span: Span) => void }

const SILENT_FRAME = new Uint8Array(FRAME_BYTES).fill(MULAW_SILENCE)

/**
 * The caller's side of a line: a frame every 20 ms on an absolute schedule, silence when nobody speaks. A frame that was due
 * while the process was busy is sent as soon as it can be, so audio is never lost and never drifts.
 */
export class Microphone {
  readonly #clock: Clock
  readonly #onFrame: (frame: Uint8Array, startMs: number, isSpeech: boolean) => void
  readonly #queue: Utterance[] = []
  #startMs = 0
  #frames = 0
  #timer: Timer | undefined

  /** @param onFrame called when the frame's 20 ms have passed, with the time they began */
  constructor (clock: Clock, onFrame: (frame: Uint8Array, startMs: number, isSpeech: boolean) => void) {
    this.#clock = clock
    this.#onFrame = onFrame
  }

  get speaking (): boolean { return this.#queue.length > 0 }

  start (): void {
    this.#startMs = this.#clock.now()
    this.#frames = 0
    this.#arm()
  }

  /** Speaks after what is already being said; resolves when the last of it was sent, or the line is off. */
  speak (mulaw: Uint8Array): Promise<Span> {
    return new Promise((resolve) => {
      this.#queue.push({ mulaw, offset: 0, startMs: this.#clock.now(), done: resolve })
      if (this.#timer === undefined) this.stop()
    })
  }

  stop (): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const endMs = this.#clock.now()
    for (const { startMs, done } of this.#queue.splice(0)) done({ startMs, endMs, complete: false })
  }

  #arm (): void {
    const dueMs = this.#startMs + (this.#frames + 1) * FRAME_MS
    this.#timer = this.#clock.setTimeout(() => this.#tick(), Math.max(0, dueMs - this.#clock.now()))
  }

  #tick (): void {
    const timer = this.#timer
    const nowMs = this.#clock.now()
    for (let startMs = this.#nextFrameMs; startMs + FRAME_MS <= nowMs && this.#timer === timer; startMs = this.#nextFrameMs) {
      this.#frames++
      this.#sendFrame(startMs)
    }
    if (this.#timer === timer) this.#arm()
  }

  get #nextFrameMs (): number { return this.#startMs + this.#frames * FRAME_MS }

  #sendFrame (startMs: number): void {
    const utterance = this.#queue[0]
    // A frame that began before the caller decided to speak holds nothing of it.
    if (utterance === undefined || startMs < utterance.startMs) return this.#onFrame(SILENT_FRAME, startMs, false)
    if (utterance.offset === 0) utterance.startMs = startMs
    const part = utterance.mulaw.subarray(utterance.offset, utterance.offset + FRAME_BYTES)
    const frame = part.length === FRAME_BYTES ? part : new Uint8Array(FRAME_BYTES).fill(MULAW_SILENCE)
    if (frame !== part) frame.set(part)
    utterance.offset += FRAME_BYTES
    this.#onFrame(frame, startMs, true)
    if (utterance.offset < utterance.mulaw.length) return
    this.#queue.shift()
    utterance.done({ startMs: utterance.startMs, endMs: startMs + FRAME_MS, complete: true })
  }
}
