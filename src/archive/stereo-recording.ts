import { BYTES_PER_MS } from '../call/line.ts'
import type { Clock } from '../clock.ts'
import { StereoWindow } from './stereo-window.ts'

/** Time stamps are whole milliseconds and may be a little off: frames this close to one another belong together. */
const FRAME_SEAM = 10 * BYTES_PER_MS
/** A mark is placed by the caller's frames around it, which are 20 ms long; a pause that can be heard is longer than this. */
const MARK_SEAM = 60 * BYTES_PER_MS
/** No frames for so long: the caller's end sends none while it is silent. */
const STALLED_MS = 500
/** Time stamps ahead of the clock by more than clocks drift in a call are wrong. */
const MAX_AHEAD = 2_000 * BYTES_PER_MS
/** The far end holds less than half a second; when no mark has come back after this, none will. */
const UNPROVEN = 2_000 * BYTES_PER_MS

interface Sent { atSample: number, what: Uint8Array | { mark: string } }

/** What was sent and is not known to be played, in order, up to a `clear`, or to now. */
interface Flight { sent: Sent[], clearedAt: number | undefined }

/**
 * Both voices of a call as Twilio's end heard them, on the time line of the media stream: 8,000 samples a second from its start.
 *
 * The caller's frames lie where their time stamps say, so lateness on the way does not move them. The agent's audio is placed once it is known when it
 * was played: a mark comes back, between the caller's frames, when the audio before it has ended
 * (https://www.twilio.com/docs/voice/media-streams/websocket-messages#mark-message). After a `clear`, the last of its marks comes back when Twilio
 * threw the rest away: what had not been played by then is not in the recording.
 */
export class StereoRecording {
  readonly #clock: Clock
  readonly #startedAtMs: number
  readonly #window: StereoWindow
  /** The last one is still open. */
  #flights: [...Flight[], Flight] = [{ sent: [], clearedAt: undefined }]
  #callerEnd = 0
  #callerEndAtMs: number
  #agentEnd = 0

  /**
   * @param startedAtMs the clock's time at which the stream began
   * @param out takes the audio, caller and agent in turns
   */
  constructor (clock: Clock, startedAtMs: number, out: (mulaw: Uint8Array) => void) {
    this.#clock = clock
    this.#startedAtMs = this.#callerEndAtMs = startedAtMs
    this.#window = new StereoWindow(out)
  }

  /** @param timestampMs Twilio's, of the first sample; undefined: it has just been said */
  callerAudio (mulaw: Uint8Array, timestampMs: number | undefined): void {
    const latest = this.#samples(this.#clock.now() - this.#startedAtMs)
    const said = timestampMs === undefined ? NaN : this.#samples(timestampMs)
    const begun = said < latest + MAX_AHEAD ? said : Math.max(this.#callerEnd, latest - mulaw.length)
    const at = Math.abs(begun - this.#callerEnd) <= FRAME_SEAM ? this.#callerEnd : begun
    this.#window.put('caller', at, mulaw)
    this.#callerEnd = Math.max(this.#callerEnd, at + mulaw.length)
    this.#callerEndAtMs = this.#clock.now()
    this.#settleOld()
  }

  agentAudio (mulaw: Uint8Array): void {
    this.#settleOld()
    this.#send(mulaw.slice())
  }

  markSent (name: string): void {
    this.#send({ mark: name })
  }

  cleared (): void {
    const flight = this.#open
    flight.clearedAt = this.#now
    this.#flights.push({ sent: [], clearedAt: undefined })
    // Without a mark that comes back, now is as near as can be known.
    if (!flight.sent.some((each) => isMark(each))) this.#settle((each) => each === flight)
  }

  markReturned (name: string): void {
    const flight = this.#flights.find(({ sent }) => sent.some((each) => isMark(each, name)))
    if (flight === undefined) return
    // Those before have had their marks, or will not get them.
    this.#settle((each) => this.#flights.indexOf(each) < this.#flights.indexOf(flight))
    const mark = flight.sent.findIndex((each) => isMark(each, name))
    if (flight.clearedAt === undefined) return this.#played(flight.sent.splice(0, mark + 1))
    flight.sent.splice(mark, 1)
    if (flight.sent.some((each) => isMark(each))) return
    flight.clearedAt = this.#now
    this.#settle((each) => each === flight)
  }

  /** The stream is over. What has not been played by now never is. */
  end (): void {
    this.cleared()
    this.#settle(() => true)
    this.#window.finish(Math.max(this.#callerEnd, this.#agentEnd))
  }

  get #open (): Flight { return this.#flights.at(-1) ?? this.#flights[0] }

  /** The time line's present: where the caller's audio has got to. What comes in order over one socket is in order here, however late. */
  get #now (): number {
    const quietMs = this.#clock.now() - this.#callerEndAtMs
    return this.#callerEnd + (quietMs > STALLED_MS ? this.#samples(quietMs) : 0)
  }

  #samples (ms: number): number { return Math.round(ms * BYTES_PER_MS) }

  #send (what: Sent['what']): void {
    this.#open.sent.push({ atSample: this.#now, what })
  }

  /** This has just ended, and followed what was played before it unless there was a pause. */
  #played (sent: Sent[]): void {
    const audio = sent.flatMap(({ what }) => what instanceof Uint8Array ? [what] : [])
    const begun = this.#now - audio.reduce((sum, { length }) => sum + length, 0)
    if (begun > this.#agentEnd + MARK_SEAM) this.#agentEnd = begun
    for (const mulaw of audio) this.#place(mulaw, Infinity)
  }

  /** This was played when it was sent, or after what was sent before it, until `end`. */
  #cut (sent: Sent[], end: number): void {
    for (const { what, atSample } of sent) {
      if (!(what instanceof Uint8Array)) continue
      this.#agentEnd = Math.max(this.#agentEnd, atSample)
      this.#place(what, end)
    }
  }

  #place (mulaw: Uint8Array, end: number): void {
    const heard = mulaw.subarray(0, Math.max(0, end - this.#agentEnd))
    this.#window.put('agent', this.#agentEnd, heard)
    this.#agentEnd += heard.length
  }

  /** Cuts those flights that are over. */
  #settle (which: (flight: Flight) => boolean): void {
    const over = this.#flights.filter((flight) => flight.clearedAt !== undefined && which(flight))
    for (const { sent, clearedAt = 0 } of over) this.#cut(sent, clearedAt)
    const open = this.#open
    this.#flights = [...this.#flights.filter((flight) => flight !== open && !over.includes(flight)), open]
  }

  /** A far end that returns no marks has played what was sent long ago. */
  #settleOld (): void {
    const first = this.#flights[0]
    const old = this.#now - UNPROVEN
    if ((first.sent[0]?.atSample ?? Infinity) >= old) return
    if (first.clearedAt !== undefined) return this.#settle((each) => each === first)
    const young = first.sent.findIndex(({ atSample }) => atSample >= old)
    this.#cut(first.sent.splice(0, young < 0 ? first.sent.length : young), Infinity)
  }
}

/** @param name any, when left out */
const isMark = ({ what }: Sent, name?: string): boolean => 'mark' in what && (name === undefined || what.mark === name)
