import { decodeMulaw } from '../../src/audio/mulaw.ts'
import { CHUNK_MS, CHUNK_SAMPLES, type Vad } from '../../src/vad/vad.ts'

/** μ-law codes of positive samples from loud (0x80) to about 1,000 of 32,767: each stands for one word. */
const CODES = Array.from({ length: 76 }, (_, i) => 0x80 + i)
/** The longest word lasts as long as any other. */
export const WORD_MS = 320

/**
 * A language of square waves: every word has a level of its own, so that a recogniser made of a table hears exactly the words
 * that are in the audio it is given, also in a part of it.
 */
export class WordAudio {
  readonly #codes = new Map<string, number>()
  readonly #words = new Map<number, string>()

  /** The words as μ-law, 320 ms each, without pauses. */
  say (text: string): Uint8Array {
    return Buffer.concat(text.split(' ').map((word) => this.#wave(word)))
  }

  /** The words in audio, in order; a word counts when at least a third of it is there. */
  hear (pcm: Int16Array): string {
    const heard: string[] = []
    let run = 0
    for (let i = 1; i <= pcm.length; i++) {
      if (Math.abs(pcm[i] ?? 0) === Math.abs(pcm[i - 1]!) && pcm[i] !== undefined) { run++; continue }
      const word = this.#words.get(Math.abs(pcm[i - 1]!))
      if (word !== undefined && run * 3 >= WORD_MS * 8) heard.push(word)
      run = 0
    }
    return heard.join(' ')
  }

  #wave (word: string): Uint8Array {
    let code = this.#codes.get(word)
    if (code === undefined) {
      code = CODES[this.#codes.size]
      if (code === undefined) throw new Error('Too many words for one test.')
      this.#codes.set(word, code)
      this.#words.set(decodeMulaw(Uint8Array.of(code))[0]!, word)
    }
    // The sign bit is the highest: the same level, up and down, at 250 Hz.
    return Uint8Array.from({ length: WORD_MS * 8 }, (_, i) => i % 32 < 16 ? code : code & 0x7F)
  }
}

/** Hears speech wherever there is sound: exact, immediate, and the same every time. */
export const soundVad: Vad = {
  open (onChunk) {
    let samples = 0
    let loud = 0
    let energy = 0
    let closed = false
    return {
      push (pcm) {
        for (const sample of pcm) {
          if (Math.abs(sample) > 500) loud++
          energy += sample ** 2
          if (++samples % CHUNK_SAMPLES !== 0) continue
          const probability = loud > CHUNK_SAMPLES / 2 ? 0.95 : 0.02
          const meanSquare = energy / CHUNK_SAMPLES
          loud = energy = 0
          if (!closed) onChunk({ probability, endMs: samples / CHUNK_SAMPLES * CHUNK_MS, meanSquare })
        }
      },
      close () { closed = true }
    }
  },
  async close () {}
}
