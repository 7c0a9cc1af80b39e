import { EarshotError } from '../errors.ts'
import type { Tts } from '../tts/tts.ts'
import { synthesizeMulaw } from './voice.ts'

/** What a call needs of the phrases: a tape has them too. */
export type PhraseBook = Pick<Phrases, 'peek' | 'prepare'>

/** Whose voice a phrase is spoken in. */
export interface VoiceName { ttsModel: string, ttsVoice: string }

/** Where phrases outlive the process. A failure of either only costs a synthesis. */
export interface PhraseFiles {
  read (key: string): Promise<Uint8Array | undefined>
  write (key: string, mulaw: Uint8Array): Promise<void>
}

/** About ten minutes of phrases. */
const DEFAULT_MAX_BYTES = 5_000_000

/**
 * Sentences that are said again and again (greetings, apologies, "one moment"), synthesised once and kept as μ-law by
 * model, voice and text, so that they sound at once and also when no provider answers.
 */
export class Phrases {
  readonly #tts: Tts
  readonly #files: PhraseFiles | undefined
  readonly #maxBytes: number
  /** Least recently used first. */
  readonly #memory = new Map<string, Uint8Array>()
  readonly #making = new Map<string, Promise<Uint8Array>>()
  readonly #writing = new Set<Promise<void>>()
  readonly #abort = new AbortController()
  #bytes = 0

  constructor (tts: Tts, files?: PhraseFiles, maxBytes = DEFAULT_MAX_BYTES) {
    this.#tts = tts
    this.#files = files
    this.#maxBytes = maxBytes
  }

  /** The phrase, when it is at hand this instant. */
  peek (voice: VoiceName, text: string): Uint8Array | undefined {
    const key = keyOf(voice, text)
    const mulaw = this.#memory.get(key)
    if (mulaw !== undefined) this.#remember(key, mulaw)
    return mulaw
  }

  /**
   * Gets a phrase ready, from disk or by synthesis; several callers share one synthesis.
   * @throws what the synthesiser throws; {EarshotError} `provider_unavailable` when it made no sound, which must not be kept
   */
  async prepare (voice: VoiceName, text: string): Promise<Uint8Array> {
    const key = keyOf(voice, text)
    const known = this.peek(voice, text)
    if (known !== undefined) return known
    let making = this.#making.get(key)
    if (making === undefined) {
      making = this.#make(key, voice, text).finally(() => this.#making.delete(key))
      this.#making.set(key, making)
    }
    return making
  }

  /** Nothing more is synthesised; resolves when nothing more is read or written. */
  async close (): Promise<void> {
    this.#abort.abort()
    await Promise.allSettled(this.#making.values())
    await Promise.all(this.#writing)
  }

  get closed (): boolean { return this.#abort.signal.aborted }

  async #make (key: string, voice: VoiceName, text: string): Promise<Uint8Array> {
    this.#abort.signal.throwIfAborted()
    const stored = await this.#files?.read(key).catch(() => undefined)
    if (stored !== undefined && stored.length > 0) {
      this.#remember(key, stored)
      return stored
    }
    const chunks: Uint8Array[] = []
    const request = { text, model: voice.ttsModel, voice: voice.ttsVoice }
    for await (const chunk of synthesizeMulaw(this.#tts, request, this.#abort.signal)) chunks.push(chunk)
    const mulaw = new Uint8Array(Buffer.concat(chunks))
    if (mulaw.length === 0) throw new EarshotError('provider_unavailable', 'The synthesiser made no sound.')
    this.#remember(key, mulaw)
    // Not awaited: the phrase is ready, and a slow disk must not delay it.
    if (this.#files !== undefined) {
      const writing = this.#files.write(key, mulaw).catch(() => {}).finally(() => this.#writing.delete(writing))
      this.#writing.add(writing)
    }
    return mulaw
  }

  #remember (key: string, mulaw: Uint8Array): void {
    const before = this.#memory.get(key)
    if (before !== undefined) this.#bytes -= before.length
    this.#memory.delete(key)
    this.#memory.set(key, mulaw)
    this.#bytes += mulaw.length
    for (const [oldest, audio] of this.#memory) {
      if (this.#bytes <= this.#maxBytes || oldest === key) break
      this.#memory.delete(oldest)
      this.#bytes -= audio.length
    }
  }
}

/** Anything may stand in a text, so the parts are joined as JSON. */
const keyOf = (voice: VoiceName, text: string): string => JSON.stringify([voice.ttsModel, voice.ttsVoice, text])
