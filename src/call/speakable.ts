import { applyRules, plainText } from './plain-text.ts'
import { wordsFor, type SpokenNames } from './words/index.ts'

type Rule = readonly [RegExp, string]

/** A path longer than this is not for ears; only the site is named. */
const MAX_SPOKEN_PATH = 40
/** Names and signs are replaced in at most this many rounds; in practice one is enough and a second finds nothing. */
const MAX_ROUNDS = 5

/** Nothing in it that any rule changes: most of what a model says on the telephone. */
const PLAIN = /^(?![-+])(?:[\p{L}\p{M}\p{N}'’“”…—–$€£¿¡-]|[.:;!?](?=[\s”]|$)|,(?=[\s\d])| (?![\s.,!?;:…])|(?<=\d)[.,:](?=\d))*$/u

const URL_PATTERN = /\b(?:https?:\/\/|www\.)[^\s<>"“”]+/gi
/** Addresses without a scheme, for endings that are not also the first word of a sentence whose space was forgotten. */
const DOMAIN_PATTERN = /(?<![@\w.-])(?:[a-zA-Z0-9][a-zA-Z0-9-]{0,62}\.){1,5}(?:com|org|net|edu|gov|io|ai|app|dev|co|info|biz|tv|uk|ca|au|de|ch|fr|es|mx|ar|nl|eu)(?![\w@-])(?:\/[^\s<>"“”]*)?/g
const EMAIL_PATTERN = /(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g

/** What has no name but must not reach a voice, in any language. */
const WORDLESS_RULES: Rule[] = [
  [/^ ?\|\s*|\s*\|\s*$/gm, ''],
  [/\s*(?:\||→|⇒|->|=>)\s*/g, ', '],
  [/(?<=[.!?:;,…。！？])\n/g, ' '],
  [/\n/g, '. '],
  [/[[\]]/g, '']
]

const LAST_RULES: Rule[] = [
  [/\*+/g, ''],
  [/(?<=[\p{L}\p{N}])_+(?=[\p{L}\p{N}])/gu, ' '],
  [/#+(?=\p{L})/gu, ''],
  [/ {2,}/g, ' '],
  [/ ([.,!?;:…])(?=\s|$)/g, '$1'],
  [/,(?=[.,!?;:…])/g, '']
]

/**
 * What a voice should say for what the model wrote: no markdown, no emoji; addresses and signs by their names. The text may be a piece of a
 * stream. Never longer than twice the text; `speakable(speakable(x))` is `speakable(x)`; empty when nothing is left to say.
 * @param language whose names to use; without one, English. In a language without names the signs are left to the voice.
 */
export function speakable (text: string, language = 'en'): string {
  const trimmed = text.trim()
  if (PLAIN.test(trimmed)) return /[\p{L}\p{N}]/u.test(trimmed) ? trimmed : ''
  const names = wordsFor(language).spoken
  const plain = plainText(text)
  let spoken = plain
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const next = nameSigns(spoken, names)
    if (next === spoken) break
    spoken = next
  }
  // A text of mere signs can grow without bound in words; then its signs are left to the voice.
  const said = spoken.length <= 2 * text.length ? spoken : plain
  return /[\p{L}\p{N}]/u.test(said) ? said : ''
}

function nameSigns (text: string, names: SpokenNames | undefined): string {
  const lines = applyRules(plainText(text), WORDLESS_RULES)
  const named = names === undefined
    ? lines.replace(URL_PATTERN, (url) => siteAndPath(url).address)
    : applyRules(nameAddresses(lines, names), signRules(names))
  return applyRules(named, LAST_RULES).trim()
}

function nameAddresses (text: string, names: SpokenNames): string {
  const sayUrl = (url: string): string => {
    const { address, rest } = siteAndPath(url)
    return nameMarks(address, names) + rest
  }
  return text
    .replace(EMAIL_PATTERN, (email) => nameMarks(email, names))
    .replace(URL_PATTERN, sayUrl)
    .replace(DOMAIN_PATTERN, sayUrl)
}

/** The part of a URL that a person would say, and the punctuation after it. Queries are for machines. */
function siteAndPath (url: string): { address: string, rest: string } {
  const rest = /[.,;:!?)'’”*]*$/.exec(url)?.[0] ?? ''
  const bare = url.slice(0, url.length - rest.length).replace(/^https?:\/\//i, '').replace(/^www\./i, '').replace(/[?#].*$/, '').replace(/\/+$/, '')
  const slash = bare.indexOf('/')
  return { address: slash >= 0 && bare.length - slash > MAX_SPOKEN_PATH ? bare.slice(0, slash) : bare, rest }
}

function nameMarks (address: string, names: SpokenNames): string {
  const marks: Record<string, string> = { '.': names.dot, '/': names.slash, '@': names.at, '-': names.dash, _: names.underscore, ':': names.colon, '+': names.plus }
  return address.replace(/[^\p{L}\p{N}]/gu, (mark) => ` ${marks[mark] ?? ''} `).replace(/ +/g, ' ').trim()
}

const rulesByNames = new WeakMap<SpokenNames, Rule[]>()

function signRules (names: SpokenNames): Rule[] {
  let rules = rulesByNames.get(names)
  if (rules === undefined) {
    rules = [
      [/\s*(?:°\s?C\b|℃)/g, ` ${names.degrees} ${names.celsius}`],
      [/\s*(?:°\s?F\b|℉)/g, ` ${names.degrees} ${names.fahrenheit}`],
      [/\s*°/g, ` ${names.degrees} `],
      [/\s*%/g, ` ${names.percent} `],
      [/\s*&\s*/g, ` ${names.and} `],
      [/\s*@\s*/g, ` ${names.at} `],
      [/#(?=\d)|№\s*/g, `${names.number} `],
      [/(?<=^|\s)#(?=[\s.,!?;:]|$)/g, names.pound],
      [/(?<=\d)\s*[*×]\s*(?=\d)/g, ` ${names.times} `],
      [/(?<=^|\s)\*(?=\d)/g, `${names.star} `],
      [/(?<=\s)\*(?=[\s.,!?;:]|$)/g, names.star],
      [/(?<=^|\s)\+(?=\d)/g, `${names.plus} `],
      [/(?<=\s)\+(?=\s)/g, names.plus],
      [/(?<=\s)=(?=\s)/g, names.equals],
      [/(?<=^|\s)[~≈]\s?(?=\d)/g, `${names.about} `],
      // "and/or", "he/she", "yes / no"; not "24/7", "km/h", "TCP/IP".
      [new RegExp(`(?<=(?:^|\\s)${names.and})/(?=${names.or}(?!\\p{L}))`, 'giu'), ' '],
      [/(?<=\p{L}{2})\/(?=\p{Ll}{2})/gu, ` ${names.or} `],
      [/\s+\/\s+/g, ', ']
    ]
    rulesByNames.set(names, rules)
  }
  return rules
}
