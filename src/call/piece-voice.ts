import type { Tts } from '../tts/tts.ts'
import type { Gate } from './gate.ts'
import type { VoiceName } from './phrases.ts'
import type { Utterance } from './utterance.ts'
import { synthesizeMulaw } from './voice.ts'

/** The synthesis of one piece, begun before it is its turn. */
interface Job { text: string, audio: AsyncGenerator<Uint8Array>, first: Promise<IteratorResult<Uint8Array>> }

/**
 * Gives an utterance its voice: pieces of text in, their audio in order. The next piece is begun as soon as the one before it
 * sounds, so that its first byte is there when it is needed.
 */
export class PieceVoice {
  readonly #tts: Tts
  readonly #voice: VoiceName
  readonly #utterance: Utterance
  readonly #committed: Gate
  readonly #maxAheadBytes: number
  readonly #signal: AbortSignal
  readonly #onFirstAudio: () => void
  readonly #texts: string[] = []
  #finished = false
  #inPiece = false
  #wake: () => void = () => {}

  /** @param committed only the first piece is synthesised before it opens */
  constructor (tts: Tts, voice: VoiceName, utterance: Utterance, committed: Gate, maxAheadBytes: number, signal: AbortSignal, onFirstAudio: () => void) {
    this.#tts = tts
    this.#voice = voice
    this.#utterance = utterance
    this.#committed = committed
    this.#maxAheadBytes = maxAheadBytes
    this.#signal = signal
    this.#onFirstAudio = onFirstAudio
    signal.addEventListener('abort', () => this.#wake(), { once: true })
  }

  add (text: string): void {
    this.#texts.push(text)
    this.#wake()
  }

  /** No more text will come. */
  finish (): void {
    this.#finished = true
    this.#wake()
  }

  /** Says something ready-made now, unless a piece is being spoken: then there is no silence to fill. */
  insert (text: string, mulaw: Uint8Array): void {
    if (this.#inPiece || this.#signal.aborted) return
    this.#utterance.beginPiece(text)
    this.#utterance.append(mulaw)
    this.#utterance.endPiece()
  }

  /** Speaks until `finish` and the last piece. @throws what the synthesiser throws, or the signal's reason */
  async run (): Promise<void> {
    let job: Job | undefined
    let ahead: Job | undefined
    try {
      for (job = await this.#next(); job !== undefined; job = ahead ?? await this.#next()) {
        ahead = undefined
        let result = await job.first
        this.#inPiece = true
        this.#utterance.beginPiece(job.text)
        while (result.done !== true) {
          this.#signal.throwIfAborted()
          // Told first: whoever plays the utterance sends the audio on as soon as it is there.
          this.#onFirstAudio()
          this.#utterance.append(result.value)
          ahead ??= this.#texts.length > 0 && this.#committed.isOpen ? this.#begin() : undefined
          result = await job.audio.next()
        }
        this.#utterance.endPiece()
        this.#inPiece = false
        // A piece that made no sound was no first piece: nobody would ever learn that the reply is ready.
        if (this.#utterance.speech.length > 0) await this.#committed.opened
        await this.#utterance.speech.whenAheadBelow(this.#maxAheadBytes)
      }
    } finally {
      // What was begun and is not wanted any more must not be left running. It may take its time to stop: that is not waited for.
      for (const unwanted of [job, ahead]) unwanted?.audio.return(undefined).catch(() => {})
    }
  }

  async #next (): Promise<Job | undefined> {
    for (;;) {
      this.#signal.throwIfAborted()
      if (this.#texts.length > 0) return this.#begin()
      if (this.#finished) return undefined
      await new Promise<void>((resolve) => { this.#wake = resolve })
    }
  }

  #begin (): Job {
    const text = this.#texts.shift()!
    const audio = synthesizeMulaw(this.#tts, { text, model: this.#voice.ttsModel, voice: this.#voice.ttsVoice }, this.#signal)
    const first = audio.next()
    first.catch(() => {})
    return { text, audio, first }
  }
}
