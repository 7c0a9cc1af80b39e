import de from './de.json' with { type: 'json' }
import en from './en.json' with { type: 'json' }
import es from './es.json' with { type: 'json' }
import fr from './fr.json' with { type: 'json' }
import { PhraseSet } from './phrase-set.ts'

/** The names of the signs that `speakable` reads out. */
export type SpokenNames = typeof en.spoken

/** What Earshot knows of a language's words. Every set is empty for a language that it does not know. */
export interface Words {
  /** Whether there are any. */
  known: boolean
  /** A turn that ends with one of these is not finished. */
  hanging: PhraseSet
  /** Turn ends that are finished although their last word is a hanging one ("log in", "yes I do"). */
  complete: PhraseSet
  /** Auxiliary verbs, and what the word before one looks like where the verb ends the clause (German "… gekommen ist"). */
  auxiliaries: PhraseSet
  verbBeforeAuxiliary: RegExp | undefined
  prepositions: PhraseSet
  /** Time won while thinking: the speaker goes on. */
  fillers: PhraseSet
  /** Words that open a turn and say nothing when they stand alone ("well", "so", "hello"). */
  openers: PhraseSet
  /** Whole answers, and goodbyes. */
  answers: PhraseSet
  goodbyes: PhraseSet
  /** How a question or a request begins. */
  openings: PhraseSet
  /** What a listener says without wanting the turn. */
  backchannels: PhraseSet
  units: PhraseSet
  teens: PhraseSet
  tens: PhraseSet
  /** "double", "triple": how many digits they add. */
  repeats: ReadonlyMap<string, number>
  /** Words before dictated digits or letters, with the count to expect; 0 where only `phoneDigits` is known. */
  cues: ReadonlyMap<string, number>
  /** Digits of a national phone number. */
  phoneDigits: number
  emailCues: PhraseSet
  /** "dot", "underscore": an e-mail address that ends so goes on. */
  emailMarks: PhraseSet
  /** How the @ is said. */
  at: PhraseSet
  /** Words that begin a phrase, so that a voice may take a breath before them. */
  phraseStarts: PhraseSet
  conjunctions: PhraseSet
  /** Words that show a new sentence when they are capitalised after an abbreviation's full stop. */
  sentenceStarts: PhraseSet
  spoken: SpokenNames | undefined
}

type WordData = Omit<typeof en, 'repeats' | 'cues'> & { repeats: Record<string, number>, cues: Record<string, number> }

function build (data: WordData | undefined): Words {
  const phrases = (...lists: Array<string[] | undefined>): PhraseSet => new PhraseSet(lists.flatMap((list) => list ?? []))
  return {
    known: data !== undefined,
    hanging: phrases(data?.conjunctions, data?.prepositions, data?.articles, data?.auxiliaries, data?.subjects, data?.hangingPhrases),
    complete: phrases(data?.complete, data?.goodbyes),
    auxiliaries: phrases(data?.auxiliaries),
    verbBeforeAuxiliary: data?.verbBeforeAuxiliary ? new RegExp(data.verbBeforeAuxiliary, 'u') : undefined,
    prepositions: phrases(data?.prepositions),
    fillers: phrases(data?.fillers),
    openers: phrases(data?.openers),
    answers: phrases(data?.answers),
    goodbyes: phrases(data?.goodbyes),
    openings: phrases(data?.openings),
    backchannels: phrases(data?.backchannels),
    units: phrases(data?.units),
    teens: phrases(data?.teens),
    tens: phrases(data?.tens),
    repeats: new Map(Object.entries(data?.repeats ?? {})),
    cues: new Map(Object.entries(data?.cues ?? {})),
    phoneDigits: data?.phoneDigits ?? 10,
    emailCues: phrases(data?.emailCues),
    emailMarks: phrases(data?.emailMarks),
    at: phrases(data?.at),
    phraseStarts: phrases(data?.conjunctions, data?.prepositions, data?.particles, data?.articles, data?.auxiliaries, data?.subjects),
    conjunctions: phrases(data?.conjunctions),
    sentenceStarts: phrases(data?.conjunctions, data?.prepositions, data?.particles, data?.articles, data?.auxiliaries, data?.subjects, data?.pronouns, data?.openings),
    spoken: data?.spoken
  }
}

const DATA: Record<string, WordData> = { en, es, fr, de }
const UNKNOWN = build(undefined)
const built = new Map<string, Words>()

/**
 * The word lists of a language. A language that has none, or none given, gets empty lists: what depends on words then falls back to timing and punctuation.
 * @param language a language tag; only its first part counts ("en-US" is "en")
 */
export function wordsFor (language?: string): Words {
  const code = language?.toLowerCase().split(/[-_]/)[0] ?? ''
  const data = Object.hasOwn(DATA, code) ? DATA[code] : undefined
  if (data === undefined) return UNKNOWN
  let words = built.get(code)
  if (words === undefined) built.set(code, words = build(data))
  return words
}

const inAnyLanguage = (list: (data: WordData) => string[]): PhraseSet => new PhraseSet(Object.values(DATA).flatMap(list))

/** What Whisper invents on silence, in any language: it does so in languages that nobody spoke. */
export const INVENTIONS = inAnyLanguage((data) => data.inventions)
/** What it invents too, but a caller may also say. */
export const QUIET_INVENTIONS = inAnyLanguage((data) => data.quietInventions)
export const ANSWERS = inAnyLanguage((data) => data.answers)
