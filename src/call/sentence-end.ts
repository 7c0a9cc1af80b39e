import abbreviations from './words/abbreviations.json' with { type: 'json' }
import { toWords } from './words/phrase-set.ts'
import type { Words } from './words/index.ts'

/** What stands between two words: the end of a sentence, a clause mark, the seam between two phrases, nothing, or less than that ("Dr. Smith", "3 p.m."). */
export type Seam = 'sentence' | 'clause' | 'comma' | 'conjunction' | 'phrase' | 'space' | 'tight'

const NEVER_END = new Set(abbreviations.never)
const BEFORE_NUMBER = new Set(abbreviations.beforeNumber)
const MAY_END = new Set(abbreviations.mayEnd)

const CLOSERS = /["'”’»›)\]}*_`~」』）】]+$/u
const OPENERS = /^["'“‘«‹([{*_`~#¿¡「『（【]+/u
/** Full stops of scripts whose words need no space after them, or that no abbreviation uses. */
export const WIDE_ENDS = '。！？｡．؟۔।'
export const WIDE_CLAUSES = '；：，、،؛'

/**
 * Judges the place between `before` (which ends with a word and its white space) and `after`, the word that follows as far as it is known, by
 * the punctuation. 'space': there is none that counts; 'tight': an abbreviation's full stop.
 * @param complete whether `after` is the whole word
 * @returns undefined when more of the text must be seen
 */
export function seamAt (before: string, after: string, complete: boolean, words: Words, language: string): Seam | undefined {
  const next = after.replace(OPENERS, '')
  // Half of a surrogate pair, or only quotes so far, tell nothing.
  if (!complete && (next === '' || /^[\uD800-\uDBFF]$/.test(next))) return undefined
  const text = before.trimEnd()
  const last = text.slice(lastWordStart(text))
  const core = last.replace(CLOSERS, '')
  const newLine = before.slice(text.length).includes('\n')
  let none: Seam = 'space'
  if (core.endsWith('.') && !core.endsWith('..')) {
    const end = fullStop(core.slice(0, -1).replace(OPENERS, ''), text.slice(0, text.length - last.length), next, complete, words, language)
    if (end !== 'tight') return end
    none = end
  } else {
    const mark = markSeam(core, next, last !== core)
    if (mark === 'sentence' || (mark !== undefined && !newLine)) return mark
  }
  // A new line is a new item or paragraph.
  return newLine ? 'sentence' : none
}

/**
 * What a place without punctuation is by the words around it. A phrase is a run of function words and the content words after it, so it ends where a function word
 * follows a content word ("chinks and chunks": Liberman and Church, Text analysis and word pronunciation in text-to-speech synthesis, 1992).
 * @param after the whole next word
 */
export function phraseSeam (before: string, after: string, words: Words): Seam {
  const text = before.trimEnd()
  const first = toWords(after).slice(0, 1)
  if (!words.phraseStarts.has(first)) return /\d[,.]?$/.test(text) || /^\d/.test(after) ? 'tight' : 'space'
  if (words.phraseStarts.has(toWords(text.slice(lastWordStart(text))).slice(-1))) return 'space'
  return words.conjunctions.has(first) ? 'conjunction' : 'phrase'
}

function markSeam (core: string, next: string, quoted: boolean): Seam | undefined {
  const mark = core.at(-1) ?? ''
  if (core.endsWith('..') || mark === '…') return 'clause'
  if (WIDE_ENDS.includes(mark)) return 'sentence'
  if (mark === '!' || mark === '?') return quoted && startsLower(next) ? 'clause' : 'sentence'
  if (mark === ';' || mark === ':' || mark === '—' || /^[-–]{1,2}$/.test(core)) return 'clause'
  // "May 3, 2025" is one date.
  if (mark === ',') return /\d,$/.test(core) && /^\d/.test(next) ? undefined : 'comma'
  if (WIDE_CLAUSES.includes(mark)) return mark === '；' || mark === '：' ? 'clause' : 'comma'
  return undefined
}

/** Whether the full stop after `word` ends a sentence. 'tight': it does not. */
function fullStop (word: string, before: string, next: string, complete: boolean, words: Words, language: string): Seam | undefined {
  const lower = word.toLowerCase()
  const isNumber = /^\d{1,3}$/.test(word)
  if (word === '' || NEVER_END.has(lower)) return 'tight'
  if (isNumber && /(?:^|\n|[.!?:])\s*(?:[-*•]\s*)?$/.test(before)) return 'tight'
  if (BEFORE_NUMBER.has(lower) && /^[\d#]/.test(next)) return 'tight'
  // German writes "am 3. Mai"; elsewhere a number before a full stop is the last word.
  const isOrdinal = language === 'de' && isNumber
  if (isOrdinal || MAY_END.has(lower) || /^\p{L}$/u.test(word) || /^(?:\p{L}\.)+\p{L}$/u.test(word)) {
    if (!complete) return undefined
    const first = toWords(next)[0]
    return first !== undefined && /^\p{Lu}/u.test(next) && words.sentenceStarts.has([first]) ? 'sentence' : 'tight'
  }
  return startsLower(next) ? 'clause' : 'sentence'
}

function lastWordStart (text: string): number {
  let start = text.length
  while (start > 0 && !/\s/.test(text[start - 1]!)) start--
  return start
}

const startsLower = (text: string): boolean => /^\p{Ll}/u.test(text)
