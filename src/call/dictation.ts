import type { Words } from './words/index.ts'

/** Words before the digits in which their kind is looked for: "my phone number is", "the last four digits are". */
const CUE_WORDS = 6
const DOMAIN_ENDINGS = new Set(['com', 'org', 'net', 'edu', 'gov', 'io', 'co', 'uk', 'us', 'de', 'at', 'ch', 'fr', 'be', 'es', 'mx', 'eu', 'info'])
const MAIL_HOSTS = new Set(['gmail', 'hotmail', 'yahoo', 'outlook', 'icloud', 'gmx', 'aol', 'proton', 'protonmail', 'live', 'orange', 'wanadoo', 'web', 'googlemail'])

export type Dictation = 'dictating' | 'finished' | 'number'

/**
 * Whether the words end in something that is given piece by piece: digits, letters or an e-mail address.
 * 'number': the words are one small number and nothing else. undefined: nothing is dictated.
 */
export function dictation (said: readonly string[], words: Words): Dictation | undefined {
  return email(said, words) ?? digits(said, words)
}

function email (said: readonly string[], words: Words): Dictation | undefined {
  const last = said.at(-1) ?? ''
  if (last.includes('@')) return /@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}$/.test(last) ? 'finished' : 'dictating'
  const cue = cueEnd(said, words)
  const hasAt = said.some((word, at) => words.at.has([word]) && at > 0)
  const isAddress = hasAt && (cue >= 0 || said.some((word) => MAIL_HOSTS.has(word) || words.emailMarks.has([word])))
  if (isAddress && DOMAIN_ENDINGS.has(last) && words.emailMarks.has(said.slice(-2, -1))) return 'finished'
  if (words.emailMarks.end(said) > 0 && (cue >= 0 || isAddress || said.length <= 3)) return 'dictating'
  if (isAddress && (words.at.has([last]) || MAIL_HOSTS.has(last))) return 'dictating'
  if (cue < 0 || cue >= said.length) return undefined
  // "my email is anna smith": the name before the @.
  return words.complete.end(said) > 0 || said.length - cue > 5 ? undefined : 'dictating'
}

/** Where the words after "my email is" begin; -1 when nobody said so. */
function cueEnd (said: readonly string[], words: Words): number {
  for (let at = said.length - 1; at >= 0; at--) {
    const length = words.emailCues.at(said, at)
    if (length > 0) return at + length
  }
  return -1
}

interface Run { start: number, digits: number, letters: number, singles: boolean, leadingZero: boolean }

function digits (said: readonly string[], words: Words): Dictation | undefined {
  const run = finalRun(said, words)
  const tokens = said.length - run.start
  if (tokens === 0) return undefined
  const before = said.slice(0, run.start)
  if (run.letters >= 2 || (run.letters === 1 && tokens >= 3)) return 'dictating'
  if (run.digits === 0) return undefined
  const expected = expectedCount(before.slice(-CUE_WORDS), words)
  const alone = onlySmallWords(before, words)
  if (tokens === 1 && run.digits <= 2 && alone && expected === undefined && !run.leadingZero) return 'number'
  const isSequence = tokens >= 3 || run.leadingZero || (tokens >= 2 && run.singles) || (alone && run.digits >= 3)
  if (expected === undefined && !isSequence) return undefined
  return run.digits + run.letters >= (expected || words.phoneDigits) ? 'finished' : 'dictating'
}

/** The digits, number words and single letters that the words end with. */
function finalRun (said: readonly string[], words: Words): Run {
  const run: Run = { start: said.length, digits: 0, letters: 0, singles: true, leadingZero: false }
  for (let at = said.length - 1; at >= 0; at--) {
    const word = said[at]!
    const value = countDigits(word, said[at + 1] ?? '', words)
    if (value > 0) {
      run.digits += value
      run.singles &&= value === 1 && !words.tens.has([word])
      run.leadingZero ||= /^0\d/.test(word)
    } else if (words.repeats.has(word)) {
      run.digits += words.repeats.get(word)!
    } else if (/^\p{L}$/u.test(word)) {
      run.letters++
    } else break
    run.start = at
  }
  // "a 5", "y 5": the letter is a word.
  while (run.start < said.length && run.letters > 0 && words.hanging.has([said[run.start]!])) {
    run.start++
    run.letters--
  }
  return run
}

/** How many digits a word stands for; the unit after a ten was counted already ("twenty three" is two). */
function countDigits (word: string, next: string, words: Words): number {
  if (/^\d+$/.test(word)) return word.length
  if (words.units.has([word])) return 1
  if (words.teens.has([word])) return 2
  if (words.tens.has([word])) return words.units.has([next]) ? 1 : 2
  return 0
}

/** The count that the words before the digits let expect; 0 when they only say that digits follow; undefined when nothing is said of it. */
function expectedCount (before: readonly string[], words: Words): number | undefined {
  let expected: number | undefined
  for (let start = 0; start < before.length; start++) {
    for (let end = before.length; end > start; end--) {
      const count = words.cues.get(before.slice(start, end).join(' '))
      if (count !== undefined) expected = count || expected || 0
    }
  }
  return expected
}

/** Nothing of weight before the digits: "yes", "um", "it's"; not "in", which begins a date. */
const onlySmallWords = (before: readonly string[], words: Words): boolean =>
  before.every((word) => [words.hanging, words.fillers, words.openers, words.answers].some((set) => set.has([word])) && !words.prepositions.has([word]))
