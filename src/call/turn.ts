import { decodeMulaw } from '../audio/mulaw.ts'
import type { Stt, SttResult } from '../stt/stt.ts'
import { SAMPLE_RATE_HZ } from '../vad/vad.ts'
import type { CallAgent } from './agent.ts'
import type { CallerAudio } from './caller-audio.ts'
import { PRE_ROLL_MS } from './ear.ts'
import { isInvention } from './inventions.ts'

/** An open segment this long is closed at the next pause: longer ones cost more to transcribe again, and recognisers drop sentences of long ones. */
const CLOSE_SEGMENT_MS = 5000
/** Without any pause a segment is cut here, wherever that falls; recognisers take at most 30 s. */
const CUT_SEGMENT_MS = 20_000

export interface TurnEvents {
  /** All words up to the pause that was asked about are known. Empty: nobody said anything. */
  onWords (turn: Turn): void
  /** The words could not be had, after every retry. */
  onFailed (turn: Turn, error: unknown): void
}

interface Segment { answer: Promise<void>, text: string }

interface Question { untilMs: number, abort: AbortController, answer: Promise<string> }

/**
 * One turn of the caller, the owner of everything that is done because of it. Its audio is a row of closed segments, each
 * transcribed once, and an open one that is transcribed at every pause until the caller has gone on for long.
 */
export class Turn {
  readonly id: number
  readonly onsetMs: number
  readonly #stt: Stt
  readonly #agent: CallAgent
  readonly #audio: CallerAudio
  readonly #events: TurnEvents
  readonly #abort = new AbortController()
  readonly #closed: Segment[] = []
  #openFromMs: number
  /** Speech before the open segment: the detector counts over the whole turn. */
  #closedVoicedMs = 0
  #question: Question | undefined
  /** What is known of the open segment; of the closed ones each keeps its own. */
  #openWords = ''
  #before = ''
  /** When the caller last fell silent, as a position in the audio. */
  silentSinceMs: number

  constructor (id: number, onsetMs: number, stt: Stt, agent: CallAgent, audio: CallerAudio, events: TurnEvents) {
    this.id = id
    this.onsetMs = onsetMs
    this.#stt = stt
    this.#agent = agent
    this.#audio = audio
    this.#events = events
    this.#openFromMs = Math.max(audio.startMs, onsetMs - PRE_ROLL_MS)
    this.silentSinceMs = onsetMs
  }

  /** What the caller has said, as far as it is known. */
  get words (): string { return join([this.#before, ...this.#closed.map((segment) => segment.text), this.#openWords]) }

  /** The turn is over for good; nothing it started will be heard of. */
  get cancelled (): boolean { return this.#abort.signal.aborted }

  /** The caller paused: asks what was said so far. Any question before is void. */
  ask (sinceMs: number, voicedMs: number): void {
    this.#question?.abort.abort()
    this.silentSinceMs = sinceMs
    const untilMs = this.#audio.endMs
    const abort = new AbortController()
    const question: Question = { untilMs, abort, answer: this.#transcribe(untilMs, voicedMs, abort.signal) }
    this.#question = question
    const isCurrent = () => this.#question === question && !this.cancelled
    Promise.all([question.answer, ...this.#closed.map((segment) => segment.answer)]).then(([words]) => {
      if (!isCurrent()) return
      this.#openWords = words
      this.#events.onWords(this)
    }, (error: unknown) => {
      if (isCurrent()) this.#events.onFailed(this, error)
    })
  }

  /** The caller went on at `onsetMs`. A long segment is closed and keeps its answer, a short one will be asked about again. */
  goOn (onsetMs: number, voicedMs: number): void {
    const question = this.#question
    if (question === undefined) return
    if (question.untilMs - this.#openFromMs < CLOSE_SEGMENT_MS) {
      question.abort.abort()
    } else {
      this.#close(question.answer, Math.max(question.untilMs, onsetMs - PRE_ROLL_MS), voicedMs)
    }
    this.#question = undefined
  }

  /** What the caller had said before, when an answer to it was taken back: the turn's words go on from there. */
  follow (words: string): void {
    this.#before = words
  }

  /** A caller who does not pause: cuts the open segment when it has grown too long. */
  cutIfLong (voicedMs: number): void {
    const untilMs = this.#audio.endMs
    if (untilMs - this.#openFromMs < CUT_SEGMENT_MS) return
    this.#close(this.#transcribe(untilMs, voicedMs, this.#abort.signal), untilMs, voicedMs)
  }

  cancel (): void {
    this.#abort.abort()
    this.#question?.abort.abort()
  }

  #close (answer: Promise<string>, nextFromMs: number, voicedMs: number): void {
    // One lost segment must not lose the turn: what could be heard of the others, and before of this one, still counts.
    const segment: Segment = { answer: answer.then((text) => { segment.text = text }, () => {}), text: this.#openWords }
    this.#closed.push(segment)
    this.#openWords = ''
    this.#openFromMs = nextFromMs
    this.#closedVoicedMs = voicedMs
    this.#audio.dropBefore(nextFromMs)
  }

  async #transcribe (untilMs: number, voicedMs: number, signal: AbortSignal): Promise<string> {
    const pcm = decodeMulaw(this.#audio.slice(this.#openFromMs, untilMs))
    const segmentVoicedMs = voicedMs - this.#closedVoicedMs
    const prompt = join([this.#before, ...this.#closed.map((segment) => segment.text)])
    const result = await this.#stt.transcribe({
      pcm,
      sampleRateHz: SAMPLE_RATE_HZ,
      model: this.#agent.sttModel,
      ...(this.#agent.sttLanguage === undefined ? {} : { language: this.#agent.sttLanguage.slice(0, 2) }),
      ...(prompt === '' ? {} : { prompt })
    }, AbortSignal.any([signal, this.#abort.signal]))
    return this.#heard(result, segmentVoicedMs)
  }

  #heard (result: SttResult, voicedMs: number): string {
    const text = result.text.trim()
    return isInvention({ ...result, text, voicedMs, language: this.#agent.language }) ? '' : text
  }
}

const join = (texts: string[]): string => texts.filter((text) => text !== '').join(' ')
