import type { Clock, Timer } from '../clock.ts'
import type { CallAgent } from './agent.ts'
import type { Conversation } from './conversation.ts'
import type { CallEvent } from './events.ts'
import { latencyOf, type TurnTimes } from './latency.ts'
import { BYTES_PER_MS, type Line } from './line.ts'
import type { PhraseBook } from './phrases.ts'
import { Playback } from './playback.ts'
import type { Reply } from './reply.ts'
import { resumePoint } from './resume-point.ts'
import type { ToolEffect } from './tools/tool.ts'
import type { Turn } from './turn.ts'
import { Utterance } from './utterance.ts'

/** Something the agent says. */
export interface Speech {
  utterance: Utterance
  /** What it answers; undefined for a greeting and other sentences of Earshot's own. */
  answer: { reply: Reply, turn: Turn, times: TurnTimes } | undefined
  firstSoundAtMs: number | undefined
  /** What is to be done with the call when this has been heard. */
  effects?: ToolEffect[]
  /** An answer that has kept the caller waiting is covered by a filler after this long. */
  coverAfterMs?: number
}

/** Ready-made audio without words, or nothing at all, as speech. */
export function wordless (mulaw?: Uint8Array): Speech {
  const utterance = new Utterance()
  if (mulaw !== undefined) utterance.append(mulaw)
  utterance.end()
  return { utterance, answer: undefined, firstSoundAtMs: undefined }
}

export interface SpeakerDeps {
  clock: Clock
  line: Line
  agent: CallAgent
  phrases: PhraseBook
  conversation: Conversation
  /** The filler for an answer that takes its time. */
  oneMoment: string
  tell (event: CallEvent): void
  /** What was being said has been heard. */
  onFinished (speech: Speech): void
}

/** An answer that sounds later than this after the turn, or stops for as long, is covered by a filler. */
export const FILLER_AFTER_MS = 2500
/** Said more often, the filler itself becomes the nuisance. */
const FILLER_AGAIN_MS = 8000
/** An interruption is noticed this much after its onset at the most; until then a turn may still be taken back. */
const SETTLE_MARGIN_MS = 400

/** The agent's mouth: plays one speech at a time, knows what of it was heard, and puts that into the conversation. */
export class Speaker {
  readonly #deps: SpeakerDeps
  readonly #playback: Playback
  #speech: Speech | undefined
  #settleTimer: Timer | undefined
  #fillerTimer: Timer | undefined

  constructor (deps: SpeakerDeps) {
    this.#deps = deps
    this.#playback = new Playback(deps.clock, deps.line, {
      onFirstAudio: () => this.#firstSound(),
      onFirstMark: () => { if (this.#speech?.answer !== undefined) this.#speech.answer.times.firstMarkAtMs ??= deps.clock.now() },
      onFinished: () => this.#finished(),
      onGap: (gapMs) => deps.tell({ type: 'gap', gapMs })
    })
  }

  /** Says something, from the start or from where it was stopped. */
  speak (speech: Speech, fromByte = 0): void {
    this.#silence()
    this.#speech = speech
    this.#playback.play(speech.utterance.speech, fromByte)
    this.#coverSilence(speech, speech.coverAfterMs ?? FILLER_AFTER_MS)
  }

  /** Goes on after a pause that was for nothing, at the word it was stopped in. */
  goOn (speech: Speech, heardBytes: number): void {
    this.speak(speech, resumePoint(speech.utterance.speech, heardBytes))
  }

  /** Stops now, on the line too. Returns how far the speech was heard, in bytes. */
  cut (): number {
    this.#silence()
    return this.#playback.cut()
  }

  /** Stops for good, without a word to a line that may be gone. Returns how far the speech was heard, in bytes. */
  stop (): number {
    const heardBytes = this.#playback.heardBytes()
    this.#silence()
    this.#playback.stop()
    return heardBytes
  }

  get speaking (): boolean { return this.#speech !== undefined }

  /** What of the present speech has been heard. */
  get heardWords (): string { return this.#speech?.utterance.heardText(this.#playback.heardBytes()) ?? '' }

  markReturned (name: string): void {
    this.#playback.markReturned(name)
  }

  /** How much of the speech has been sent, and silence after it, in bytes: what the line may echo. */
  get sentBytes (): number {
    const { sentBytes, playedOutAtMs } = this.#playback
    return sentBytes + Math.round(Math.max(0, this.#deps.clock.now() - playedOutAtMs) * BYTES_PER_MS)
  }

  /** A sentence of Earshot's own as speech: at once from the cache, or as soon as it is synthesised. */
  phrase (text: string): Speech {
    const { agent, phrases, tell } = this.#deps
    const utterance = new Utterance()
    utterance.beginPiece(text)
    const ready = phrases.peek(agent, text)
    if (ready !== undefined) {
      utterance.append(ready)
      utterance.end()
    } else {
      phrases.prepare(agent, text).then((mulaw) => {
        utterance.append(mulaw)
        utterance.end()
      }, (error: unknown) => {
        tell({ type: 'failure', stage: 'phrase', error })
        utterance.end()
      })
    }
    return { utterance, answer: undefined, firstSoundAtMs: undefined }
  }

  /** Puts what was said into the conversation: all of it, or the words heard up to `heardBytes`. */
  record (speech: Speech, heardBytes?: number): void {
    const { answer, utterance } = speech
    const text = utterance.heardText(heardBytes ?? utterance.speech.length)
    this.#deps.conversation.add({
      role: 'assistant',
      text,
      timestampMs: speech.firstSoundAtMs ?? this.#deps.clock.now(),
      ...(heardBytes !== undefined && text !== utterance.text ? { interrupted: true } : {}),
      ...(answer === undefined ? {} : { latency: latencyOf(answer.times) })
    }, answer?.reply.toolMessages)
  }

  #firstSound (): void {
    const { clock, agent, conversation, tell } = this.#deps
    const speech = this.#speech
    if (speech === undefined) return
    speech.firstSoundAtMs ??= clock.now()
    // From now on the caller's turn can be taken back only for a moment.
    this.#settleTimer = clock.setTimeout(() => conversation.settle(), agent.turnTaking.retractMs + SETTLE_MARGIN_MS)
    if (speech.answer === undefined || speech.answer.times.firstFrameAtMs !== undefined) return
    speech.answer.times.firstFrameAtMs = clock.now()
    tell({ type: 'answered', latency: latencyOf(speech.answer.times) })
  }

  /** While an answer takes its time, says so, rather than nothing. */
  #coverSilence (speech: Speech, afterMs: number): void {
    const { answer } = speech
    // A line that breaks under the first frame has ended the speech by now.
    if (answer === undefined || this.#speech !== speech) return
    const { agent, clock, oneMoment, phrases } = this.#deps
    this.#fillerTimer = clock.setTimeout(() => {
      const filler = phrases.peek(agent, oneMoment)
      if (filler !== undefined && this.#playback.dryForMs >= 0) answer.reply.fill(oneMoment, filler)
      this.#coverSilence(speech, FILLER_AGAIN_MS)
    }, afterMs)
  }

  #finished (): void {
    const speech = this.#speech
    this.#silence()
    if (speech !== undefined) this.#deps.onFinished(speech)
  }

  #silence (): void {
    this.#speech = undefined
    this.#settleTimer?.cancel()
    this.#fillerTimer?.cancel()
  }
}
