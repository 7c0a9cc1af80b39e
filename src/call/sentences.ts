import { phraseSeam, seamAt, WIDE_CLAUSES, WIDE_ENDS, type Seam } from './sentence-end.ts'
import { wordsFor, type Words } from './words/index.ts'

/**
 * Lengths are characters as spoken: voices say about 15 a second, and a Chinese, Japanese or Korean character, which is a syllable, counts as three.
 *
 * Until this much has been handed out (1.3 s of voice), a clause is enough: it sounds sooner, and it lasts until the model and the voice have made the next sentence.
 */
const LEAD_CHARACTERS = 20
/** The shortest clause: 0.7 s of voice covers the first byte of the next synthesis (150–500 ms). "Sure," would end in a gap. */
const MIN_CLAUSE_CHARACTERS = 10
/** Words before a conjunction that make a clause. */
const MIN_CLAUSE_WORDS = 4
/** Without any mark the first piece is cut between phrases from here on: a model takes about 100 ms for 6 words, and a shorter piece sounds torn. */
const CUT_FROM_WORDS = 6
/** By now an earlier seam between phrases is better than waiting for a later one. */
const CUT_BY_WORDS = 8
/** In a hurry, the first piece is cut after so many words, or after one less where a phrase ends: 0.8 s of voice. */
const HURRIED_WORDS = 3
/** Shorter sentences are joined: a voice needs some words to find its melody, and each synthesis is a request. */
const MIN_SENTENCES_CHARACTERS = 40
/** A piece longer than this (13 s of voice) is split, at its clauses if it has any. */
const MAX_CHARACTERS = 200
/** A split leaves at least this much before it, when there is a choice. */
const MIN_SPLIT_CHARACTERS = 60

/** Seams between phrases are looked for in what may become too long. */
const PHRASES_FROM_CHARACTERS = 120

/** One character before the place where a word begins: after white space, or after a mark that needs none. */
const WORD_START = new RegExp(`\\s\\S|[${WIDE_ENDS}${WIDE_CLAUSES}—][\\p{L}\\p{N}]`, 'gu')
const WIDE = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/gu

interface Candidate { at: number, seam: Seam, length: number, words: number }

/**
 * Cuts a reply into pieces to be spoken while it is still being written. The first piece ends as early as a voice can bear: at a clause,
 * or between two phrases. Later ones are whole sentences. Joined, the pieces are the text, with its white space (only a
 * tail of mere white space is dropped), and they do not depend on how the text was divided into deltas.
 */
export class SentenceSplitter {
  readonly #words: Words
  readonly #language: string
  /** Text not handed out yet, and how far its seams have been judged. */
  #text = ''
  #judged = 0
  #candidates: Candidate[] = []
  #lastSpace: number | undefined
  #handedOut = 0
  #hurried = false

  /** @param options.language the reply's language; without one, English. Of one that has no word lists only the punctuation counts. */
  constructor (options: { language?: string | undefined } = {}) {
    this.#language = (options.language ?? 'en').toLowerCase().split(/[-_]/)[0] ?? ''
    this.#words = wordsFor(this.#language)
  }

  /** Takes the next part of the reply and returns the pieces that are certain with it. */
  push (delta: string): string[] {
    this.#text += delta
    return this.#scan(false)
  }

  /**
   * The caller has waited long enough for the first piece: returns what can be said of it now, and lets the next words be enough
   * where there is nothing yet. Only the first piece is ever hurried.
   */
  hurry (): string[] {
    if (this.#handedOut > 0) return []
    this.#hurried = true
    const cut = this.#candidates.findLast((candidate) => candidate.words >= HURRIED_WORDS || (candidate.seam !== 'space' && candidate.words === HURRIED_WORDS - 1))
    return cut === undefined ? [] : [this.#take(cut.at)]
  }

  /** The reply is over: returns what is left. */
  flush (): string[] {
    const pieces = this.#scan(true)
    if (this.#text.trim() !== '') pieces.push(this.#text)
    this.#take(this.#text.length)
    return pieces
  }

  #scan (ended: boolean): string[] {
    const pieces: string[] = []
    for (let at = this.#nextSeam(); at !== undefined; at = this.#nextSeam()) {
      const before = this.#text.slice(0, at)
      const after = /^\S+/u.exec(this.#text.slice(at))?.[0] ?? ''
      const complete = ended || at + after.length < this.#text.length
      let seam = seamAt(before, after, complete, this.#words, this.#language)
      if (seam === undefined) break
      if ((seam === 'space' || seam === 'tight') && (this.#isEarly || before.length > PHRASES_FROM_CHARACTERS)) {
        if (!complete) break
        const phrase = phraseSeam(before, after, this.#words)
        if (phrase !== 'space') seam = phrase
      }
      this.#judged = at
      const cut = this.#cutFor(before, seam)
      if (cut !== undefined) pieces.push(this.#take(cut))
    }
    return pieces
  }

  get #isEarly (): boolean { return this.#handedOut < LEAD_CHARACTERS }

  /** The next place where a word begins. */
  #nextSeam (): number | undefined {
    WORD_START.lastIndex = this.#judged
    const found = WORD_START.exec(this.#text)
    return found === null ? undefined : found.index + 1
  }

  /** Where to cut, now that the seam after `before` is known. */
  #cutFor (before: string, seam: Seam): number | undefined {
    const length = spokenLength(before)
    const early = this.#isEarly
    if (length <= MAX_CHARACTERS) {
      if (seam === 'space') this.#lastSpace = before.length
      // Nobody breathes there; and within a sentence, in a piece of usual length, there is nothing to decide.
      if (seam === 'tight' || (seam === 'space' && !early)) return undefined
    }
    const here: Candidate = { at: before.length, seam, length, words: early ? countWords(before) : 1 }
    if (here.words === 0 || (length <= MAX_CHARACTERS && insideBrackets(before))) return undefined
    const cut = early ? this.#earlyCut(here) : seam === 'sentence' && length >= MIN_SENTENCES_CHARACTERS ? here : undefined
    if (cut !== undefined && cut.length <= MAX_CHARACTERS) return cut.at
    if (length > MAX_CHARACTERS) return bestSplit(this.#candidates)?.at ?? this.#lastSpace ?? here.at
    this.#candidates.push(here)
    return undefined
  }

  #earlyCut (here: Candidate): Candidate | undefined {
    if (this.#hurried && this.#handedOut === 0 && here.words >= HURRIED_WORDS) return here
    switch (here.seam) {
      case 'sentence':
        return here
      case 'clause':
      case 'comma':
        return here.length >= MIN_CLAUSE_CHARACTERS ? here : undefined
      case 'conjunction':
        return here.words >= MIN_CLAUSE_WORDS ? here : undefined
      case 'phrase':
      case 'space':
      case 'tight':
        if (here.seam === 'phrase' && here.words >= CUT_FROM_WORDS) return here
        if (here.words < CUT_BY_WORDS) return undefined
    }
    return this.#candidates.findLast((candidate) => candidate.seam === 'phrase' && candidate.words >= MIN_CLAUSE_WORDS)
  }

  #take (length: number): string {
    const piece = this.#text.slice(0, length)
    this.#text = this.#text.slice(length)
    this.#judged = 0
    this.#candidates = []
    this.#lastSpace = undefined
    this.#handedOut += spokenLength(piece)
    return piece
  }
}

/** The strongest seam of a piece that has grown too long; the last one of its kind. */
function bestSplit (candidates: Candidate[]): Candidate | undefined {
  const last = (seams: Seam[], minLength: number): Candidate | undefined =>
    candidates.findLast((candidate) => seams.includes(candidate.seam) && candidate.length >= minLength)
  return last(['sentence'], MIN_SPLIT_CHARACTERS) ?? last(['clause'], MIN_SPLIT_CHARACTERS) ?? last(['comma'], MIN_SPLIT_CHARACTERS) ??
    last(['sentence', 'clause', 'comma'], 0) ?? last(['conjunction', 'phrase'], MIN_SPLIT_CHARACTERS)
}

/** A link, a code or a parenthesis must not be torn: its second half could not be read out. */
function insideBrackets (text: string): boolean {
  return /\[[^\]]*$/.test(text) || /\]\([^)]*$/.test(text) || /(?:^|\s)\([^)]*$/.test(text) || (text.match(/`/g)?.length ?? 0) % 2 === 1
}

const spokenLength = (text: string): number => text.trim().length + 2 * (text.match(WIDE)?.length ?? 0)

const countWords = (text: string): number => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
