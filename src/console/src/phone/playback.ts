import { decodeMulaw } from '../../../audio/mulaw.ts'
import { Resampler } from '../../../audio/resample.ts'
import { STREAM_RATE_HZ } from './worklet-messages.ts'

/** No agent answers within this time of having run out of audio, whatever the caller said: a shorter silence is a gap inside an utterance. */
const SHORTEST_PAUSE_MS = 300

/** What of the agent's audio came too late. */
export interface Underruns { count: number, totalMs: number }

/**
 * Twilio's buffer for the audio sent to the caller, at a loudspeaker's rate: media is played in the order in which it came, a mark comes back
 * when the audio before it has been played, and clear throws away what has not been and returns every pending mark
 * (https://www.twilio.com/docs/voice/media-streams/websocket-messages#send-websocket-messages-to-twilio). Its clock is the loudspeaker: time
 * passes by `read`.
 */
export class Playback {
  readonly underruns: Underruns = { count: 0, totalMs: 0 }
  readonly #rateHz: number
  readonly #onMark: (name: string) => void
  #resampler: Resampler
  #queue: Int16Array[] = []
  /** Samples of the queue's first part that have been played. */
  #offset = 0
  #marks: Array<{ name: string, at: number }> = []
  /** Of this run, which began when the buffer was empty: 8 kHz samples that came, and samples at the loudspeaker's rate that were played. */
  #received = 0
  #played = 0
  /** Silence since it ran dry; undefined when it did not run dry by itself. */
  #dry: number | undefined

  /** @param onMark told of each mark when the audio before it has been played, or was thrown away */
  constructor (rateHz: number, onMark: (name: string) => void) {
    this.#rateHz = rateHz
    this.#onMark = onMark
    this.#resampler = new Resampler(STREAM_RATE_HZ, rateHz)
  }

  /** Whether there is audio that has not been played. */
  get playing (): boolean { return this.#received > 0 }

  push (mulaw: Uint8Array): void {
    if (mulaw.length === 0) return
    if (!this.playing) this.#begin()
    this.#received += mulaw.length
    this.#enqueue(this.#resampler.push(decodeMulaw(mulaw)))
  }

  mark (name: string): void {
    if (this.playing) this.#marks.push({ name, at: this.#end })
    else this.#onMark(name)
  }

  clear (): void {
    this.#queue = []
    this.#offset = 0
    this.#resampler = new Resampler(STREAM_RATE_HZ, this.#rateHz)
    this.#received = 0
    this.#dry = undefined
    for (const { name } of this.#marks.splice(0)) this.#onMark(name)
  }

  /** Plays: fills `out` with what comes next, from −1 to 1, and with silence from where there is nothing. */
  read (out: Float32Array): void {
    let filled = this.#take(out, 0)
    if (filled < out.length && this.playing) {
      // The filter holds back its last samples until it knows what follows: nothing does.
      this.#enqueue(this.#resampler.flush())
      filled = this.#take(out, filled)
    }
    out.fill(0, filled)
    while (this.#marks[0] !== undefined && this.#marks[0].at <= this.#played) this.#onMark(this.#marks.shift()!.name)
    if (this.playing && this.#played >= this.#end) {
      this.#received = 0
      this.#dry = out.length - filled
    } else if (this.#dry !== undefined) {
      this.#dry += out.length
    }
  }

  /** Where the audio that has come ends, in samples at the loudspeaker's rate from where it began. */
  get #end (): number { return Math.ceil(this.#received * this.#rateHz / STREAM_RATE_HZ) }

  #begin (): void {
    this.#played = 0
    const silentMs = (this.#dry ?? Infinity) / this.#rateHz * 1000
    this.#dry = undefined
    if (silentMs >= SHORTEST_PAUSE_MS) return
    this.underruns.count++
    this.underruns.totalMs += silentMs
  }

  #enqueue (pcm: Int16Array): void {
    if (pcm.length > 0) this.#queue.push(pcm)
  }

  /** Copies from the queue to `out`, from `from` on. Returns how far `out` is filled. */
  #take (out: Float32Array, from: number): number {
    let at = from
    for (let part = this.#queue[0]; part !== undefined && at < out.length; part = this.#queue[0]) {
      const length = Math.min(part.length - this.#offset, out.length - at)
      for (let i = 0; i < length; i++) out[at + i] = part[this.#offset + i]! / 32768
      at += length
      this.#offset += length
      if (this.#offset < part.length) break
      this.#queue.shift()
      this.#offset = 0
    }
    this.#played += at - from
    return at
  }
}
