/**
 * The characters of GSM 03.38, which fit 160 to a message; those of its extension count twice. Any other character makes the whole message UCS-2, of which 70
 * fit (https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding).
 */
const GSM_7 = new Set('@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà')
const EXTENSION = new Set('^{}\\[~]|€')

/** What a segment of a longer message holds: the rest is its header. */
const GSM_7_SEGMENT = 153
const UCS_2_SEGMENT = 67
/** More segments to a message are not carried everywhere (https://www.twilio.com/docs/api/errors/30019). Ten are within Twilio's limit of 1,600 characters. */
const MAX_SEGMENTS = 10
/** "(1/3) " */
const NUMBERING = 6

/** Marks of typography that a model writes and a typewriter has not: they would double the price. */
const PLAIN: ReadonlyArray<readonly [RegExp, string]> = [
  [/[‘’‚‛′]/g, '\''], [/[“”„‟″«»]/g, '"'], [/[‐‑‒–—―−]/g, '-'], [/…/g, '...'], [/[\u00a0\u2000-\u200a\u202f]/g, ' '], [/\u200b|\ufeff/g, ''], [/•/g, '-']
]

/** Where a long text may be cut, the best first: after a paragraph, a line, a sentence, a clause, a word. */
const CUTS = [/\n{2,}/g, /\n/g, /[.!?。！？]["')]*\s+/g, /[,;:]\s+/g, /\s+/g]

/** The same text with plain quotes and dashes, as Twilio's smart encoding does it. */
export const typewritten = (text: string): string => PLAIN.reduce((plain, [mark, instead]) => plain.replace(mark, instead), text).trim()

/**
 * A text as one message or several, each within what carriers take, cut at the ends of sentences where that is possible. Several are numbered: they may arrive in any order.
 * @param most messages; what is left over is cut off, which "..." tells
 */
export function splitText (text: string, most: number): string[] {
  if (fits(text, 0)) return text === '' ? [] : [text]
  const parts: string[] = []
  let rest = text.trim()
  while (rest !== '' && parts.length < most) {
    const part = parts.length === most - 1 && !fits(rest, NUMBERING) ? `${begin(rest, NUMBERING + 3).trimEnd()}...` : begin(rest, NUMBERING)
    parts.push(part.trimEnd())
    rest = rest.slice(part.length).trimStart()
  }
  return parts.map((part, n) => `(${n + 1}/${parts.length}) ${part}`)
}

/** As much of a text as fits, up to the best place to cut. */
function begin (text: string, reserved: number): string {
  if (fits(text, reserved)) return text
  const whole = longest(text, reserved)
  for (const cut of CUTS) {
    // Rather a worse place than a message that is hardly begun.
    const place = [...whole.matchAll(cut)].map(({ index, 0: found }) => index + found.length).filter((at) => at > whole.length / 2).at(-1)
    if (place !== undefined) return whole.slice(0, place)
  }
  return whole
}

/** The longest beginning that fits; never half a character. */
function longest (text: string, reserved: number): string {
  let [low, high] = [1, text.length]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(text.slice(0, middle), reserved)) low = middle
    else high = middle - 1
  }
  const lastUnit = text.charCodeAt(low - 1)
  const isHalf = lastUnit >= 0xd800 && lastUnit <= 0xdbff
  return text.slice(0, isHalf && low > 1 ? low - 1 : low)
}

/** @param reserved characters that are added */
function fits (text: string, reserved: number): boolean {
  const septets = septetsOf(text)
  return septets === undefined ? text.length + reserved <= UCS_2_SEGMENT * MAX_SEGMENTS : septets + reserved <= GSM_7_SEGMENT * MAX_SEGMENTS
}

function septetsOf (text: string): number | undefined {
  let count = 0
  for (const character of text) {
    if (GSM_7.has(character)) count++
    else if (EXTENSION.has(character)) count += 2
    else return undefined
  }
  return count
}
