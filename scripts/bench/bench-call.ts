import { FRAME_MS, lineNoise, type Utterance } from './caller-audio.ts'
import type { Tally } from './tally.ts'

/** Running dry for longer than this can be heard. */
const AUDIBLE_GAP_MS = 20
/** What comes later than this after the audio ran out is the agent's next utterance; callers wait longer before they speak. */
const SAME_REPLY_MS = 700
/** By now a reply's audio comes as far ahead as the gateway means it to. */
const SETTLED_MS = 500
/** A caller speaks again after this much quiet, and up to as much again. */
const QUIET_MS = 1000
/** Every so many turns the caller speaks over the agent … */
const BARGE_IN_EVERY = 4
/** … once it has spoken for this long. */
const BARGE_IN_AFTER_MS = 1500
const ANSWER_WITHIN_MS = 10_000

/** Turns differ from call to call, but are the same in every run. */
interface Turn {
  utterance: Utterance
  bargesIn: boolean
  startMs: number
  speechEndMs: number
  /** The agent spoke when this began: a clear is due. */
  clearDue: boolean
}

/**
 * One caller's end of a media stream, driven by `tick`: a frame every 20 ms by an absolute schedule, Twilio's playback buffer with marks and clear, and a
 * conversation of recorded utterances. All times are the caller's clock, in milliseconds.
 */
export class BenchCall {
  readonly #send: (json: string) => void
  readonly #streamSid: string
  readonly #utterances: Utterance[]
  readonly #index: number
  readonly #startedAtMs: number
  #tally: Tally
  #frames = 0
  #nextFrameAtMs: number
  #greeted = false
  readonly #marks: Array<{ name: string, atMs: number }> = []
  /** When everything received will have been played. */
  #playedOutAtMs = -Infinity
  #replyStartMs = -Infinity
  #inReply = false
  #turns = 0
  #turn: Turn | undefined
  #position = 0
  #answered = true
  #quietMs = QUIET_MS

  /** @param index the call's number, which decides what it says and when */
  constructor (index: number, streamSid: string, utterances: Utterance[], tally: Tally, nowMs: number, send: (json: string) => void) {
    this.#index = index
    this.#streamSid = streamSid
    this.#utterances = utterances
    this.#tally = tally
    this.#send = send
    this.#startedAtMs = nowMs
    // Calls do not send in step.
    this.#nextFrameAtMs = nowMs + FRAME_MS + (index * 7) % FRAME_MS
  }

  /** From now on what is noticed is written down here. */
  tellTo (tally: Tally): void { this.#tally = tally }

  tick (nowMs: number): void {
    while (this.#marks.length > 0 && this.#marks[0]!.atMs <= nowMs) this.#returnMark(this.#marks.shift()!.name)
    this.#speak(nowMs)
    for (; this.#nextFrameAtMs <= nowMs; this.#nextFrameAtMs += FRAME_MS) this.#sendFrame()
  }

  receive (text: string, nowMs: number): void {
    const message = JSON.parse(text) as { event: string, media?: { payload: string }, mark?: { name: string } }
    if (message.event === 'media') this.#media(message.media!.payload, nowMs)
    else if (message.event === 'mark') this.#mark(message.mark!.name, nowMs)
    else if (message.event === 'clear') this.#clear(nowMs)
  }

  #media (payload: string, nowMs: number): void {
    const dryMs = nowMs - this.#playedOutAtMs
    if (!this.#inReply || dryMs > SAME_REPLY_MS) this.#replyBegins(nowMs)
    else this.#goesOn(dryMs, nowMs)
    this.#inReply = true
    this.#playedOutAtMs = Math.max(this.#playedOutAtMs, nowMs) + Buffer.byteLength(payload, 'base64') / 8
  }

  #goesOn (dryMs: number, nowMs: number): void {
    if (dryMs > AUDIBLE_GAP_MS) this.#tally.gaps.push(dryMs)
    if (nowMs - this.#replyStartMs > SETTLED_MS) this.#tally.leastLeadMs = Math.min(this.#tally.leastLeadMs, -dryMs)
  }

  #replyBegins (nowMs: number): void {
    this.#replyStartMs = nowMs
    if (!this.#greeted) {
      this.#greeted = true
      this.#tally.greetings.push(nowMs - this.#startedAtMs)
    } else if (!this.#answered) {
      if (this.#turn !== undefined && nowMs < this.#turn.speechEndMs) { this.#tally.cutIns++; return }
      this.#answered = true
      if (this.#turn !== undefined) this.#tally.replies.push(nowMs - this.#turn.speechEndMs)
    }
  }

  #mark (name: string, nowMs: number): void {
    if (this.#playedOutAtMs <= nowMs) this.#returnMark(name)
    else this.#marks.push({ name, atMs: this.#playedOutAtMs })
  }

  #clear (nowMs: number): void {
    const turn = this.#turn
    if (turn?.clearDue === true) {
      turn.clearDue = false
      this.#tally.clears.push(nowMs - turn.startMs - turn.utterance.speech.startMs)
    }
    this.#inReply = false
    this.#playedOutAtMs = Math.min(this.#playedOutAtMs, nowMs)
    for (const { name } of this.#marks.splice(0)) this.#returnMark(name)
  }

  #returnMark (name: string): void {
    this.#send(`{"event":"mark","sequenceNumber":"${this.#frames + 2}","streamSid":"${this.#streamSid}","mark":{"name":"${name}"}}`)
  }

  /** Begins the next utterance when its time has come. */
  #speak (nowMs: number): void {
    if (!this.#greeted || this.#position > 0) return
    if (!this.#answered) {
      if (nowMs - this.#turn!.speechEndMs < ANSWER_WITHIN_MS) return
      this.#tally.unanswered++
      this.#answered = true
    }
    const bargesIn = this.#turns % BARGE_IN_EVERY === 1
    const speaking = this.#playedOutAtMs > nowMs
    if (bargesIn && speaking ? nowMs - this.#replyStartMs < BARGE_IN_AFTER_MS : nowMs - this.#playedOutAtMs < this.#quietMs) return
    if (this.#turn?.clearDue === true) this.#tally.unanswered++
    const utterance = this.#utterances[(this.#index + this.#turns) % this.#utterances.length]!
    const startMs = this.#nextFrameAtMs - FRAME_MS
    this.#turn = { utterance, bargesIn, startMs, speechEndMs: startMs + utterance.speech.endMs, clearDue: speaking }
    this.#turns++
    this.#position = 1
    this.#answered = false
    if (!speaking) this.#inReply = false
    this.#quietMs = QUIET_MS * (1 + (this.#index * 31 + this.#turns * 17) % 100 / 100)
  }

  #sendFrame (): void {
    this.#send(`{"event":"media","sequenceNumber":"${this.#frames + 2}","media":{"track":"inbound","chunk":"${this.#frames + 1}","timestamp":"${this.#frames * FRAME_MS}","payload":"${this.#payload()}"},"streamSid":"${this.#streamSid}"}`)
    this.#frames++
  }

  #payload (): string {
    const payloads = this.#turn?.utterance.payloads
    if (this.#position === 0 || payloads === undefined) return lineNoise[this.#frames % lineNoise.length]!
    const payload = payloads[this.#position - 1]!
    this.#position = this.#position === payloads.length ? 0 : this.#position + 1
    return payload
  }
}
