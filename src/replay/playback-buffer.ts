import type { Clock, Timer } from '../clock.ts'
import { BYTES_PER_MS } from '../call/line.ts'

export interface PlaybackEvents {
  /** Audio was queued and is heard from `startsAtMs` on, unless it is cleared first. */
  queued (mulaw: Uint8Array, startsAtMs: number): void
  /** Sound begins after the buffer was empty. */
  started (atMs: number): void
  /** Nothing more is heard from here on: everything queued has been played, or was thrown away. */
  ranDry (atMs: number): void
  /** The gateway's clear threw `unheardMs` of audio away; told after ranDry. */
  cleared (unheardMs: number, atMs: number): void
  /** The audio before this mark has been played, or was cleared. */
  markReached (name: string): void
}

/**
 * Twilio's buffer for audio sent to the caller: media is queued as it arrives and played at 8,000 bytes a second, a mark
 * comes back when the audio before it has been played, and clear empties the queue and returns every pending mark
 * (https://www.twilio.com/docs/voice/media-streams/websocket-messages#send-websocket-messages-to-twilio).
 */
export class PlaybackBuffer {
  readonly #clock: Clock
  readonly #events: PlaybackEvents
  readonly #marks: Array<{ name: string, atMs: number }> = []
  #endMs = -Infinity
  #playing = false
  #timer: Timer | undefined

  constructor (clock: Clock, events: PlaybackEvents) {
    this.#clock = clock
    this.#events = events
  }

  /** Audio queued and not yet played, in milliseconds. */
  get queuedMs (): number { return Math.max(0, this.#endMs - this.#clock.now()) }

  push (mulaw: Uint8Array): void {
    if (mulaw.length === 0) return
    const nowMs = this.#clock.now()
    this.#catchUp(nowMs)
    if (!this.#playing) {
      this.#playing = true
      this.#endMs = nowMs
      this.#events.started(nowMs)
    }
    const startsAtMs = this.#endMs
    this.#endMs += mulaw.length / BYTES_PER_MS
    this.#events.queued(mulaw, startsAtMs)
    this.#arm()
  }

  mark (name: string): void {
    this.#catchUp(this.#clock.now())
    if (this.#playing) this.#marks.push({ name, atMs: this.#endMs })
    else this.#events.markReached(name)
    this.#arm()
  }

  clear (): void {
    const unheardMs = this.queuedMs
    this.#empty()
    this.#events.cleared(unheardMs, this.#clock.now())
    for (const { name } of this.#marks.splice(0)) this.#events.markReached(name)
  }

  /** The stream is over: what is queued is never heard and no mark comes back. */
  close (): void {
    this.#empty()
    this.#marks.length = 0
  }

  #empty (): void {
    const nowMs = this.#clock.now()
    this.#catchUp(nowMs)
    this.#endMs = Math.min(this.#endMs, nowMs)
    if (this.#playing) this.#stopPlaying()
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** A timer may fire late; what it would have told is told before anything else happens. */
  #catchUp (nowMs: number): void {
    while (this.#marks[0] !== undefined && this.#marks[0].atMs <= nowMs) {
      const [mark] = this.#marks.splice(0, 1)
      if (mark !== undefined) this.#events.markReached(mark.name)
    }
    if (this.#playing && this.#endMs < nowMs) this.#stopPlaying()
  }

  #stopPlaying (): void {
    this.#playing = false
    this.#events.ranDry(this.#endMs)
  }

  #arm (): void {
    if (this.#timer !== undefined || !this.#playing) return
    const nextMs = this.#marks[0]?.atMs ?? this.#endMs
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined
      const nowMs = this.#clock.now()
      this.#catchUp(nowMs)
      if (this.#playing && this.#endMs <= nowMs) this.#stopPlaying()
      this.#arm()
    }, Math.max(0, nextMs - this.#clock.now()))
  }
}
