import { decodeMulaw, MULAW_SILENCE } from '../audio/mulaw.ts'
import type { Clock, Timer } from '../clock.ts'
import { CHUNK_MS, type Vad, type VadChunk, type VadStream } from '../vad/vad.ts'
import { CallerAudio } from './caller-audio.ts'
import { BYTES_PER_MS } from './line.ts'
import { Loudness } from './loudness.ts'
import { TurnDetector, type HearingAction } from './turn-detector.ts'
import type { TurnTaking } from './turn-taking.ts'

/** Audio kept before the onset of speech: the detector needs a moment, and a first consonant is quiet. */
export const PRE_ROLL_MS = 300
/** Frames come every 20 ms. When none has come for this long in the middle of speech, the line has gone quiet. */
const STALLED_MS = 1000
const WATCH_EVERY_MS = 200

/**
 * Hears the caller: frames in, the detector's actions out. It owns the only mapping between the clock and positions in the
 * caller's audio, so that frames which arrive late and together are still heard with the pauses they were spoken with.
 */
export class Ear {
  readonly audio = new CallerAudio()
  readonly #detector: TurnDetector
  readonly #clock: Clock
  readonly #vad: VadStream
  readonly #act: (action: HearingAction) => void
  #lastFrameAtMs: number
  #timer: Timer | undefined
  #closed = false
  readonly #loudness = new Loudness()
  #pcm = new Int16Array(160)

  /** @param act is called once per action, in order, never after `close()` */
  constructor (clock: Clock, vad: Vad, settings: TurnTaking, act: (action: HearingAction) => void) {
    this.#clock = clock
    this.#act = act
    this.#detector = new TurnDetector(settings)
    this.#lastFrameAtMs = clock.now()
    this.#vad = vad.open((chunk) => this.#chunk(chunk))
  }

  /** Takes a frame of μ-law of any length. */
  frame (mulaw: Uint8Array): void {
    if (this.#closed) return
    this.audio.append(mulaw)
    this.#lastFrameAtMs = this.#clock.now()
    if (this.#pcm.length !== mulaw.length) this.#pcm = new Int16Array(mulaw.length)
    decodeMulaw(mulaw, this.#pcm)
    this.#vad.push(this.#pcm)
  }

  /** The position that the caller's audio has now. */
  get nowMs (): number { return this.audio.endMs + this.#clock.now() - this.#lastFrameAtMs }

  /** When, by the clock, a position was or will be reached. */
  atClock (positionMs: number): number { return this.#clock.now() - this.nowMs + positionMs }

  get hearing (): TurnDetector['hearing'] { return this.#detector.hearing }

  /** See TurnDetector. */
  wordsKnown (...words: Parameters<TurnDetector['wordsKnown']>): void {
    this.#detector.wordsKnown(...words)
    this.#tick()
  }

  /** See TurnDetector. */
  replyReady (): void {
    this.#detector.replyReady()
    this.#tick()
  }

  /** Nobody spoke after all, or somebody else decided. */
  reset (): void {
    this.#detector.reset()
  }

  /** Lets go of audio that no turn needs, all but the pre-roll. */
  forget (): void {
    this.audio.dropBefore(this.audio.endMs - PRE_ROLL_MS - 200)
  }

  close (): void {
    this.#closed = true
    this.#timer?.cancel()
    this.#timer = undefined
    this.#vad.close()
  }

  #chunk ({ probability, endMs, meanSquare }: VadChunk): void {
    if (this.#closed) return
    this.#carryOut(this.#detector.chunk(probability, this.#loudness.isLoud(meanSquare), endMs, CHUNK_MS))
  }

  #tick (): void {
    if (!this.#closed) this.#carryOut(this.#detector.tick(this.nowMs))
  }

  #carryOut (actions: HearingAction[]): void {
    for (const action of actions) {
      if (this.#closed) return
      this.#act(action)
    }
    this.#watch()
  }

  /** Chunks drive the detector. The timer is for a line on which frames have stopped coming, as some do in silence. */
  #watch (): void {
    if (this.#timer !== undefined || this.#closed || this.#detector.hearing.name === 'quiet') return
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined
      const stalledMs = this.#clock.now() - this.#lastFrameAtMs
      // A pause ends by the clock alone, unless a sound in it has yet to turn out to be speech or nothing.
      const { hearing } = this.#detector
      const settled = hearing.name === 'pause' && hearing.resume === undefined && !hearing.doubt
      if (stalledMs >= STALLED_MS && !settled) {
        this.frame(new Uint8Array(Math.round(stalledMs * BYTES_PER_MS)).fill(MULAW_SILENCE))
      } else {
        this.#tick()
      }
      this.#watch()
    }, WATCH_EVERY_MS)
  }
}
