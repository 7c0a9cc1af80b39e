import type { Completeness } from './completeness.ts'
import { Endpoint } from './endpoint.ts'
import type { TurnTaking } from './turn-taking.ts'

/**
 * Where the caller is in a turn. All times are positions in the caller's audio, in milliseconds.
 * `voicedMs` counts speech only. `resume` is a possible end of a pause that is not certain yet, `doubt` a sound that may become one.
 */
export type Hearing =
  | { name: 'quiet' }
  | { name: 'onset', sinceMs: number, voicedMs: number, lastVoiceMs: number, chunks: number }
  | { name: 'speech', onsetMs: number, voicedMs: number, burstMs: number, lastVoiceMs: number, fadingMs: number, sustained: boolean }
  | { name: 'pause', onsetMs: number, voicedMs: number, sinceMs: number, asked: boolean, sustained: boolean, words: Completeness | undefined, ready: boolean, resume: Resume | undefined, doubt: boolean, doubtedMs: number }

interface Resume { sinceMs: number, voicedMs: number, lastVoiceMs: number }

/** What the detector wants done. Times say when it happened in the caller's speech, not when it was noticed. */
export type HearingAction =
  /** A person speaks. */
  | { type: 'started', onsetMs: number }
  /** Long enough to mean it: the agent must stop if it speaks. */
  | { type: 'sustained', onsetMs: number }
  /** Silence since `sinceMs`: find out what was said so far. */
  | { type: 'paused', sinceMs: number, voicedMs: number }
  /** The caller went on at `onsetMs`; what was found out since the pause is stale. */
  | { type: 'resumed', onsetMs: number, pauseMs: number, voicedMs: number }
  /** The turn is over. */
  | { type: 'ended', silenceMs: number }

/** A silent chunk inside an onset longer than this makes it a click. */
const ONSET_HOLE_MS = 96
/**
 * A first consonant is loud before the voice detector is sure: "Sorry" was 160 ms late. What became loud at most this long before
 * counts as speech; what has been loud for longer is noise.
 */
const MAX_CREDIT_MS = 128
/** Loudness alone is a door or a cough: the voice detector must agree for at least this many chunks. */
const MIN_ONSET_CHUNKS = 2
/** A last consonant that only its loudness still shows lasts this long at the most; what is longer is noise. */
const MAX_FADING_MS = 160
/** Sounds in a pause that are not speech hold a decision up for this long in all; on a noisy line they never end. */
const MAX_DOUBT_MS = 128
/** Silence at which words are asked for even when the budget of requests is spent: by now it is likely to be the end. */
const ASK_ANYWAY_MS = 350
/** Requests saved up while the caller speaks. */
const MAX_SAVED_REQUESTS = 2

/**
 * Finds the ends of a caller's turns: a pure state machine over time, speech probability, the words so far and whether
 * the reply is ready. It holds no timer and calls nobody; whoever feeds it carries out the actions it returns.
 */
export class TurnDetector {
  readonly #settings: TurnTaking
  readonly #endpoint: Endpoint
  #hearing: Hearing = { name: 'quiet' }
  #requests = MAX_SAVED_REQUESTS
  /** How long it has been loud without a break. */
  #loudMs = 0

  constructor (settings: TurnTaking) {
    this.#settings = settings
    this.#endpoint = new Endpoint(settings)
  }

  get hearing (): Hearing { return this.#hearing }

  /** A chunk of `chunkMs` that ended at `endMs` is speech with this probability; `loud`: it stands out of the line's noise. */
  chunk (probability: number, loud: boolean, endMs: number, chunkMs: number): HearingAction[] {
    const hearing = this.#hearing
    const voiced = probability >= this.#settings.startThreshold
    const startMs = endMs - chunkMs
    const loudBeforeMs = this.#loudMs
    this.#loudMs = loud ? this.#loudMs + chunkMs : 0
    switch (hearing.name) {
      case 'quiet':
        return voiced ? this.#begin(startMs, loudBeforeMs, endMs, chunkMs) : []
      case 'onset':
        return this.#onset(hearing, voiced, endMs, chunkMs)
      case 'speech':
        return this.#speech(hearing, voiced, probability, loud, endMs, chunkMs)
      case 'pause':
        if (voiced || hearing.resume !== undefined) return this.#resume(hearing, hearing.resume, voiced, endMs, chunkMs)
        if (loud) hearing.doubtedMs += chunkMs
        hearing.doubt = loud && hearing.doubtedMs <= MAX_DOUBT_MS
        return this.tick(endMs)
    }
  }

  /** Time has passed. Decides what silence alone decides. */
  tick (nowMs: number): HearingAction[] {
    const hearing = this.#hearing
    if (hearing.name !== 'pause' || hearing.resume !== undefined) return []
    const silenceMs = nowMs - hearing.sinceMs
    if (!hearing.asked) {
      if (!this.#mayAsk(hearing.words, silenceMs)) return []
      hearing.asked = true
      this.#requests = Math.max(0, this.#requests - 1)
      return [{ type: 'paused', sinceMs: hearing.sinceMs, voicedMs: hearing.voicedMs }]
    }
    if (hearing.doubt || hearing.words === undefined || !hearing.ready || silenceMs < this.#endpoint.waitMs(hearing.words)) return []
    this.#hearing = { name: 'quiet' }
    return [{ type: 'ended', silenceMs }]
  }

  /** What the words of the turn so far look like. Ignored unless the caller pauses. */
  wordsKnown (words: Completeness): void {
    if (this.#hearing.name === 'pause') this.#hearing.words = words
  }

  /** The reply to the words so far could start now. Ignored unless the caller pauses. */
  replyReady (): void {
    if (this.#hearing.name === 'pause') this.#hearing.ready = true
  }

  /** Nobody spoke after all, or somebody else decided: start afresh. */
  reset (): void {
    this.#hearing = { name: 'quiet' }
  }

  #begin (startMs: number, loudBeforeMs: number, endMs: number, chunkMs: number): HearingAction[] {
    const creditMs = loudBeforeMs <= MAX_CREDIT_MS ? loudBeforeMs : 0
    const onset = { name: 'onset' as const, sinceMs: startMs - creditMs, voicedMs: creditMs, lastVoiceMs: startMs, chunks: 0 }
    this.#hearing = onset
    return this.#onset(onset, true, endMs, chunkMs)
  }

  #onset (hearing: Hearing & { name: 'onset' }, voiced: boolean, endMs: number, chunkMs: number): HearingAction[] {
    if (!voiced) {
      if (endMs - hearing.lastVoiceMs >= ONSET_HOLE_MS) this.#hearing = { name: 'quiet' }
      return []
    }
    hearing.voicedMs += chunkMs
    hearing.chunks++
    hearing.lastVoiceMs = endMs
    if (hearing.voicedMs < this.#settings.minSpeechMs || hearing.chunks < MIN_ONSET_CHUNKS) return []
    this.#hearing = { name: 'speech', onsetMs: hearing.sinceMs, voicedMs: 0, burstMs: 0, lastVoiceMs: endMs, fadingMs: 0, sustained: false }
    return [{ type: 'started', onsetMs: hearing.sinceMs }, ...this.#voice(this.#hearing, hearing.voicedMs, endMs)]
  }

  #speech (hearing: Hearing & { name: 'speech' }, voiced: boolean, probability: number, loud: boolean, endMs: number, chunkMs: number): HearingAction[] {
    if (voiced) return this.#voice(hearing, chunkMs, endMs)
    const fading = loud && hearing.fadingMs < MAX_FADING_MS
    if (fading) hearing.fadingMs += chunkMs
    if (fading || probability >= this.#settings.endThreshold) {
      hearing.lastVoiceMs = endMs
      return []
    }
    this.#hearing = { name: 'pause', onsetMs: hearing.onsetMs, voicedMs: hearing.voicedMs, sinceMs: hearing.lastVoiceMs, asked: false, sustained: hearing.sustained, words: undefined, ready: false, resume: undefined, doubt: false, doubtedMs: 0 }
    return this.tick(endMs)
  }

  #voice (hearing: Hearing & { name: 'speech' }, voicedMs: number, endMs: number): HearingAction[] {
    hearing.voicedMs += voicedMs
    hearing.burstMs += voicedMs
    hearing.lastVoiceMs = endMs
    hearing.fadingMs = 0
    this.#requests = Math.min(MAX_SAVED_REQUESTS, this.#requests + voicedMs / 1000 * this.#settings.requestsPerSpeechSecond)
    if (hearing.sustained || hearing.burstMs < this.#settings.bargeInMs) return []
    hearing.sustained = true
    return [{ type: 'sustained', onsetMs: hearing.onsetMs }]
  }

  /** A chunk of speech in a pause may be a click: only minSpeechMs of it ends the pause. Until it is settled nothing is decided. */
  #resume (pause: Hearing & { name: 'pause' }, resume: Resume | undefined, voiced: boolean, endMs: number, chunkMs: number): HearingAction[] {
    resume ??= { sinceMs: endMs - chunkMs, voicedMs: 0, lastVoiceMs: endMs }
    if (!voiced) {
      pause.resume = endMs - resume.lastVoiceMs >= ONSET_HOLE_MS ? undefined : resume
      return pause.resume === undefined ? this.tick(endMs) : []
    }
    resume.voicedMs += chunkMs
    resume.lastVoiceMs = endMs
    pause.resume = resume
    if (resume.voicedMs < this.#settings.minSpeechMs) return []
    const pauseMs = resume.sinceMs - pause.sinceMs
    this.#endpoint.learnPause(pauseMs)
    this.#hearing = { name: 'speech', onsetMs: pause.onsetMs, voicedMs: pause.voicedMs, burstMs: 0, lastVoiceMs: endMs, fadingMs: 0, sustained: pause.sustained }
    const resumed: HearingAction[] = pause.asked ? [{ type: 'resumed', onsetMs: resume.sinceMs, pauseMs, voicedMs: pause.voicedMs }] : []
    return [...resumed, ...this.#voice(this.#hearing, resume.voicedMs, endMs)]
  }

  #mayAsk (words: Completeness | undefined, silenceMs: number): boolean {
    if (!this.#settings.speculate) return silenceMs >= this.#endpoint.waitMs(words ?? 'unclear')
    return (this.#requests >= 1 && silenceMs >= this.#settings.speculateAfterMs) || silenceMs >= ASK_ANYWAY_MS
  }
}
