import type { Clock, Timer } from '../clock.ts'
import { BYTES_PER_MS, type Line } from './line.ts'
import type { SpeechAudio } from './speech-audio.ts'

/**
 * Audio the far end holds ahead of what it plays: an event-loop stall shorter than this, or a network's, makes no gap. It costs no time when the caller interrupts,
 * since `clear` drops it. With 300 calls on a core of a busy machine the loop was late by 180 ms at the 99th percentile.
 */
const LEAD_MS = 400
/** Audio in one message. Twilio takes any length; a quarter of the messages of the usual 20 ms costs a quarter of the system calls. */
const FRAME_MS = 80
const FRAME_BYTES = FRAME_MS * BYTES_PER_MS
/** A mark follows this much audio, so what was heard is known to about a word. */
const MARK_EVERY_BYTES = 240 * BYTES_PER_MS
/** A timer may fire a little early: a tick this much later always has something to send. */
const TICK_MARGIN_MS = 10
/** How long after the audio must have been played its last mark is waited for. A far end that returns no marks costs this much. */
const LAST_MARK_GRACE_MS = 1500
/** Running dry for longer than this inside an utterance is a gap a caller can hear. */
const AUDIBLE_GAP_MS = 20

export interface PlaybackEvents {
  /** The utterance's first audio has been sent. */
  onFirstAudio (): void
  /** The far end has played the first stretch of it. */
  onFirstMark (): void
  /** Everything has been heard, as far as can be known. */
  onFinished (): void
  /** The far end ran dry in the middle of an utterance. */
  onGap (gapMs: number): void
}

/**
 * Plays one utterance after another to the line, paced by an absolute clock.
 *
 * `playedOutAtMs`, the time at which the far end will have played everything sent, is the only pacing state: audio is sent
 * whenever that lies less than the lead ahead, so lateness is made up at once and never accumulates.
 *
 * A mark is named `EPOCH:OFFSET`. `clear` raises the epoch, because Twilio returns flushed marks just like played ones
 * (https://www.twilio.com/docs/voice/media-streams/websocket-messages#send-a-clear-message): only marks of the
 * current epoch prove that the audio before OFFSET was heard.
 */
export class Playback {
  readonly #clock: Clock
  readonly #line: Line
  readonly #events: PlaybackEvents
  #epoch = 0
  #audio: SpeechAudio | undefined
  #startedAtByte = 0
  #sentBytes = 0
  #markedBytes = 0
  #provenBytes = 0
  #playedOutAtMs = 0
  /** How much later than computed the far end reports audio as played: the way there and back. */
  #markLagMs = 0
  #marksSeen = false
  #timer: Timer | undefined

  constructor (clock: Clock, line: Line, events: PlaybackEvents) {
    this.#clock = clock
    this.#line = line
    this.#events = events
  }

  /** Starts an utterance, or goes on with one at `fromByte`. What played before must have finished or been cut. */
  play (audio: SpeechAudio, fromByte = 0): void {
    this.stop()
    this.#audio = audio
    this.#startedAtByte = this.#sentBytes = this.#markedBytes = this.#provenBytes = fromByte
    audio.onChange = () => this.#pump()
    this.#pump()
  }

  /** Whether something is being played or waited for. */
  get active (): boolean { return this.#audio !== undefined }

  /**
   * Silences the line now and tells how far the caller has heard, in bytes of the utterance: what marks prove, plus
   * what must have been played since the last one by the clock, allowing for the way.
   */
  cut (): number {
    const heard = this.heardBytes()
    if (this.#sentBytes > this.#startedAtByte && this.#playedOutAtMs > this.#clock.now() - LEAD_MS) {
      this.#epoch++
      this.#line.sendClear()
    }
    this.#playedOutAtMs = this.#clock.now()
    this.stop()
    return heard
  }

  /** Forgets the utterance without touching the line. */
  stop (): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#audio !== undefined) this.#audio.onChange = () => {}
    this.#audio = undefined
  }

  /** How much of the current utterance has been heard. */
  heardBytes (): number {
    if (this.#audio === undefined) return 0
    const unplayedMs = Math.max(0, this.#playedOutAtMs + this.#markLagMs - this.#clock.now())
    const byClock = Math.max(this.#startedAtByte, this.#sentBytes - Math.round(unplayedMs * BYTES_PER_MS))
    if (!this.#marksSeen) return byClock
    return Math.min(Math.max(byClock, this.#provenBytes), this.#provenBytes + MARK_EVERY_BYTES, this.#sentBytes)
  }

  /** The bytes of the utterance that the far end may still be playing or has just played, for judging echo. */
  get sentBytes (): number { return this.#sentBytes }

  /** When everything sent so far will have been played. */
  get playedOutAtMs (): number { return this.#playedOutAtMs }

  /** For how long the far end has had nothing to play in the middle of an utterance; negative while it still has some. */
  get dryForMs (): number {
    if (this.#audio === undefined || this.#audio.ended) return -Infinity
    return this.#clock.now() - this.#playedOutAtMs
  }

  /** A mark came back from the far end. Names that are not ours are ignored. */
  markReturned (name: string): void {
    const match = /^(\d+):(\d+)$/.exec(name)
    if (match === null || this.#audio === undefined) return
    const offset = Number(match[2])
    if (Number(match[1]) !== this.#epoch || offset <= this.#provenBytes || offset > this.#sentBytes) return
    const first = this.#provenBytes === this.#startedAtByte
    this.#provenBytes = offset
    this.#marksSeen = true
    const dueMs = this.#playedOutAtMs - (this.#sentBytes - offset) / BYTES_PER_MS
    this.#markLagMs = Math.max(0, Math.min(1000, this.#clock.now() - dueMs))
    this.#audio.release(offset)
    if (first) this.#events.onFirstMark()
    if (this.#audio?.ended === true && offset === this.#audio.length) this.#finish()
  }

  #pump (): void {
    const audio = this.#audio
    if (audio === undefined) return
    this.#timer?.cancel()
    this.#timer = undefined
    const nowMs = this.#clock.now()
    while (this.#playedOutAtMs - nowMs < LEAD_MS && this.#sendFrame(audio, nowMs));
    if (this.#audio !== audio) return
    if (this.#sentBytes < audio.length) {
      this.#wait(this.#playedOutAtMs - LEAD_MS - nowMs)
    } else if (audio.ended) {
      if (this.#sentBytes > this.#startedAtByte && this.#provenBytes === this.#sentBytes) { this.#finish(); return }
      this.#markUpTo(this.#sentBytes)
      this.#timer = this.#clock.setTimeout(() => this.#finish(), Math.max(0, this.#playedOutAtMs - nowMs) + (this.#sentBytes > this.#startedAtByte ? LAST_MARK_GRACE_MS : 0))
    }
  }

  #wait (delayMs: number): void {
    this.#timer = this.#clock.setTimeout(() => this.#pump(), Math.max(delayMs, 0) + TICK_MARGIN_MS)
  }

  #sendFrame (audio: SpeechAudio, nowMs: number): boolean {
    const frame = audio.read(this.#sentBytes, FRAME_BYTES)
    if (frame.length === 0) return false
    // A fragment at the end of what is there so far waits for the rest of its frame, unless the far end is about to run dry.
    if (frame.length < FRAME_BYTES && !audio.ended && this.#playedOutAtMs - nowMs > FRAME_MS) return false
    const first = this.#sentBytes === this.#startedAtByte
    const gapMs = nowMs - this.#playedOutAtMs
    if (!first && gapMs > AUDIBLE_GAP_MS) this.#events.onGap(gapMs)
    this.#line.sendAudio(frame)
    this.#sentBytes += frame.length
    this.#playedOutAtMs = Math.max(this.#playedOutAtMs, nowMs) + frame.length / BYTES_PER_MS
    if (this.#sentBytes - this.#markedBytes >= MARK_EVERY_BYTES) this.#markUpTo(this.#sentBytes)
    if (first) this.#events.onFirstAudio()
    return this.#audio === audio
  }

  #markUpTo (offset: number): void {
    if (offset <= this.#markedBytes) return
    this.#markedBytes = offset
    this.#line.sendMark(`${this.#epoch}:${offset}`)
  }

  #finish (): void {
    this.stop()
    this.#events.onFinished()
  }
}
