import { cover, toWords } from './words/phrase-set.ts'
import { wordsFor } from './words/index.ts'

/** Longer than this it is a turn, whatever it is made of. */
const MAX_WORDS = 5

/**
 * Whether this is only what a listener says to show that they listen ("uh-huh", "okay", "I see"), so that the speaker may go on. An empty text is none.
 * "Yes" and "no" are answers, not backchannels: taking one for the other would lose it.
 * @param language a language tag; in an unknown one only sounds like "mm" are known
 */
export function isBackchannel (text: string, language?: string): boolean {
  const said = toWords(text)
  if (said.length === 0 || said.length > MAX_WORDS) return false
  if (said.every((word) => /^(?:m+|h+m+|mhm+|a+h|o+h|u+h|huh|aha)$/.test(word))) return true
  return cover(said, { backchannel: wordsFor(language).backchannels }) !== undefined
}
