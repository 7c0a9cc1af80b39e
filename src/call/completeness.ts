import { dictation } from './dictation.ts'
import { cover, toWords } from './words/phrase-set.ts'
import { wordsFor, type Words } from './words/index.ts'

/**
 * What the words of a turn say about its end. 'finished': a question, a request or a courtesy that is whole; 'short-answer': a whole answer in a word or
 * two; 'hanging': ends with a word that needs another; 'dictating': digits, letters or an address with more to come; 'filler': the caller thinks
 * aloud; 'unclear': the words do not tell.
 */
export type Completeness = 'finished' | 'short-answer' | 'hanging' | 'dictating' | 'filler' | 'unclear'

/** Words that must follow the opening of a question or request ("can you …") to make it one. */
const MIN_WORDS_AFTER_OPENING = 2

/**
 * Judges by the words alone. Punctuation is no evidence: cut at a pause inside a sentence, a recogniser put a full stop after nearly all of
 * 50 fragments ("in this mode.").
 * @param language a language tag; of an unknown one only digits and addresses are judged, all else is 'unclear'
 */
export function judgeCompleteness (text: string, language?: string): Completeness {
  const words = wordsFor(language)
  const said = toWords(text)
  if (said.length === 0) return 'unclear'
  const small = cover(said, { answer: words.answers, goodbye: words.goodbyes, filler: words.fillers, opener: words.openers })
  if (small !== undefined) return small.at(-1) === 'answer' || small.at(-1) === 'goodbye' ? 'short-answer' : 'filler'
  if (words.complete.end(said) > 0) return 'finished'
  if (words.fillers.end(said) > 0) return 'filler'
  const dictated = dictation(said, words)
  if (dictated === 'number') return 'short-answer'
  if (dictated !== undefined) return dictated
  if (isHanging(said, words)) return 'hanging'
  return asksForSomething(said, words) ? 'finished' : 'unclear'
}

function isHanging (said: readonly string[], words: Words): boolean {
  const length = words.hanging.end(said)
  if (length === 0) return false
  const last = said.slice(-1)
  // "Where are you from", "what is it for": a question may leave its preposition to the end.
  if (words.prepositions.has(last) && words.openings.at(contentOf(said, words), 0) === 1 && said.length > 3) return false
  // "… weil es nicht angekommen ist": the auxiliary closes the clause.
  return !(length === 1 && words.auxiliaries.has(last) && words.verbBeforeAuxiliary?.test(said.at(-2) ?? '') === true)
}

/** A question or request with its object. Openings of one word ("when") count only at the start, where they are not conjunctions. */
function asksForSomething (said: readonly string[], words: Words): boolean {
  const content = contentOf(said, words)
  for (let at = content.length - 1; at >= 0; at--) {
    const length = words.openings.at(content, at)
    if ((length > 1 || (length === 1 && at === 0)) && content.length - at - length >= MIN_WORDS_AFTER_OPENING) return true
  }
  return false
}

/** The words without the small ones before them: "yes hello um can you …". */
function contentOf (said: readonly string[], words: Words): readonly string[] {
  let start = 0
  for (let length = 1; length > 0 && start < said.length; start += length) {
    // An opening wins over an answer of the same words ("what", "please").
    length = words.openings.at(said, start) > 0 ? 0 : Math.max(...[words.fillers, words.openers, words.answers].map((set) => set.at(said, start)))
  }
  return said.slice(start)
}
