import { BYTES_PER_MS } from './line.ts'
import { SpeechAudio } from './speech-audio.ts'

/** What synthesisers make of text, while it is not known how long a piece will be: 15 characters a second. */
const BYTES_PER_CHARACTER = 1000 * BYTES_PER_MS / 15
/** The last moment of a piece is its fading; a caller who heard all but this heard the piece. */
const TAIL_BYTES = 120 * BYTES_PER_MS

/** Scripts written without spaces: any character may end a word. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u

interface Piece { text: string, startByte: number, endByte: number | undefined }

/** Something the agent says: its audio, and which words lie where in it. */
export class Utterance {
  readonly speech = new SpeechAudio()
  readonly #pieces: Piece[] = []

  /** What follows in the audio is this text. After the end nothing follows, and words without sound are not said. */
  beginPiece (text: string): void {
    if (this.speech.ended) return
    this.endPiece()
    this.#pieces.push({ text, startByte: this.speech.length, endByte: undefined })
  }

  append (mulaw: Uint8Array): void {
    this.speech.append(mulaw)
  }

  endPiece (): void {
    const piece = this.#pieces.at(-1)
    if (piece !== undefined) piece.endByte ??= this.speech.length
  }

  /** No more of the piece will come, though it is not finished: its words lie where they would have been. */
  breakOff (): void {
    const piece = this.#pieces.at(-1)
    if (piece !== undefined) piece.endByte ??= Math.max(this.speech.length, piece.startByte + piece.text.length * BYTES_PER_CHARACTER)
  }

  /** Nothing more will be said. */
  end (): void {
    this.endPiece()
    this.speech.end()
  }

  /** Everything there is to say, heard or not. */
  get text (): string { return join(this.#pieces.map((piece) => piece.text)) }

  /** The words heard when `bytes` of the audio have been played, to the nearest word before. */
  heardText (bytes: number): string {
    return join(this.#pieces.map((piece, index) => {
      if (bytes <= piece.startByte) return ''
      const heard = Math.min(bytes, this.#pieces[index + 1]?.startByte ?? bytes) - piece.startByte
      if (piece.endByte !== undefined && heard >= piece.endByte - piece.startByte - TAIL_BYTES) return piece.text
      const length = piece.endByte === undefined
        ? Math.max(this.speech.length - piece.startByte, piece.text.length * BYTES_PER_CHARACTER)
        : piece.endByte - piece.startByte
      return wordsWithin(piece.text, piece.text.length * heard / length)
    }))
  }
}

/** The words of `text` that end within its first `characters`. */
function wordsWithin (text: string, characters: number): string {
  if (characters >= text.length) return text
  let upTo = Math.floor(characters)
  while (upTo > 0 && text[upTo] !== ' ' && !UNSPACED.test(text[upTo - 1]!)) upTo--
  return text.slice(0, upTo).trimEnd()
}

const join = (texts: string[]): string => texts.map((text) => text.trim()).filter((text) => text !== '').join(' ')
