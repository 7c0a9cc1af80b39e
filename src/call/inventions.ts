import { ANSWERS, INVENTIONS, QUIET_INVENTIONS, wordsFor } from './words/index.ts'
import { cover, toWords } from './words/phrase-set.ts'

export interface Recognition {
  text: string
  /** 0 to 1, where the provider tells. */
  noSpeechProbability?: number | undefined
  /** Mean log probability of the tokens, where the provider tells. */
  averageLogProbability?: number | undefined
  /** How much of the audio was speech, in milliseconds, as the VAD heard it. */
  voicedMs: number
  language?: string | undefined
}

/** Why a text is taken for an invention of the recogniser. */
export type InventionReason = 'no-voice' | 'no-words' | 'too-fast' | 'known-phrase' | 'quiet-phrase' | 'low-confidence'

/** Less voice than this is no word: the shortest "no" has about 100 ms of vowel, and one VAD chunk is 32 ms. */
const MIN_VOICED_MS = 64
/** Fast speakers say 20 letters a second; 40 is nobody. */
const MIN_MS_PER_LETTER = 25
/** A Chinese, Japanese or Korean character is a syllable; nobody says more than 12 a second. */
const MIN_MS_PER_SYLLABLE = 80
/** A phrase that is often invented ("Thank you.") needs this much voice; said by a person it takes 400 ms or more. */
const QUIET_PHRASE_MS = 300
/** Whisper's own rule for silence: no_speech_threshold 0.6 with logprob_threshold −1 (openai/whisper, transcribe.py). */
const NO_SPEECH_PROBABILITY = 0.6
const LOG_PROBABILITY = -1
/** Without a log probability the first number alone must be surer, and the voice short. */
const SURE_NO_SPEECH_PROBABILITY = 0.85
const SHORT_VOICED_MS = 500

/**
 * Whether the recogniser made the words up. Whisper does on silence and noise: mostly phrases from the ends of videos, in any language.
 * A real short answer ("yes", "no", "okay") with some voice is never taken for one.
 */
export function isInvention (recognition: Recognition): boolean {
  return inventionReason(recognition) !== undefined
}

/** As isInvention, with the reason; undefined when the words are real. */
export function inventionReason (recognition: Recognition): InventionReason | undefined {
  const { text, voicedMs, noSpeechProbability = 0, averageLogProbability } = recognition
  const spoken = withoutStageDirections(text)
  const said = toWords(spoken)
  if (said.length === 0) return 'no-words'
  if (voicedMs < MIN_VOICED_MS) return 'no-voice'
  const quiet = QUIET_INVENTIONS.has(said)
  if (!quiet && isShortAnswer(said, recognition.language)) return undefined
  if (isKnownPhrase(said)) return 'known-phrase'
  if (quiet && (voicedMs < QUIET_PHRASE_MS || noSpeechProbability > NO_SPEECH_PROBABILITY)) return 'quiet-phrase'
  if (voicedMs < shortestMs(said)) return 'too-fast'
  const unsure = averageLogProbability === undefined
    ? noSpeechProbability > SURE_NO_SPEECH_PROBABILITY && voicedMs < SHORT_VOICED_MS
    : noSpeechProbability > NO_SPEECH_PROBABILITY && averageLogProbability < LOG_PROBABILITY
  return unsure ? 'low-confidence' : undefined
}

/** In an unknown language an answer in any that has a list counts. */
function isShortAnswer (said: readonly string[], language: string | undefined): boolean {
  const words = wordsFor(language)
  return said.length <= 2 && cover(said, { answer: words.known ? words.answers : ANSWERS }) !== undefined
}

/** "[BLANK_AUDIO]", "(upbeat music)", "*coughs*", "♪ … ♪": what a subtitle says of a sound. */
const withoutStageDirections = (text: string): string => text.replace(/\[[^\]]*\]|\([^)]*\)|\*[^*]+\*|♪[^♪]*♪?/g, ' ')

/** A credit ("Subtitles by …") is one with whatever name follows; the others only as the whole text, alone or repeated. */
function isKnownPhrase (said: readonly string[]): boolean {
  if (cover(said, { invention: INVENTIONS }) !== undefined) return true
  const length = INVENTIONS.at(said, 0)
  return length > 0 && CREDIT.test(said.slice(0, length).join(' '))
}
const CREDIT = /^(?:sub|caption|transcri|translat|traducción|sous|unter|copyright)/

/** The least time in which a person can say these words. */
function shortestMs (said: readonly string[]): number {
  const text = said.join('')
  const syllables = text.match(/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/gu)?.length ?? 0
  return syllables * MIN_MS_PER_SYLLABLE + (text.length - syllables) * MIN_MS_PER_LETTER
}
