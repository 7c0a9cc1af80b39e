/**
 * A text as the words a person said: lower case, without punctuation, hyphens opened ("uh-huh" is two words), apostrophes kept.
 * What is written inside a word stays ("7:30", "3.5", "anna@example.com"), and so do the signs that make a number an amount ("$45", "50%").
 */
export function toWords (text: string): string[] {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[’‘ʼ`´]/g, "'")
    .split(/[\s,;!?¡¿"“”„«»()[\]{}…♪*]+|\.{2,}/)
    .flatMap((word) => word.includes('@') ? [word] : word.split(/[-‐‑–—]/))
    .map((word) => word.replace(/^[^\p{L}\p{N}$€£@]+|[^\p{L}\p{N}\p{M}%€$£°@]+$/gu, ''))
    // Stretched sounds ("mmmm", "yeahhh") fall on the spelling in the lists.
    .map((word) => word.replace(/(\p{L})\1{2,}/gu, '$1$1'))
    .filter((word) => /[\p{L}\p{N}@]/u.test(word))
}

/** A set of phrases, each of one or more words as `toWords` gives them. */
export class PhraseSet {
  readonly #phrases: Set<string>
  readonly #longest: number

  constructor (phrases: Iterable<string>) {
    this.#phrases = new Set([...phrases].map((phrase) => toWords(phrase).join(' ')))
    this.#longest = Math.max(0, ...[...this.#phrases].map((phrase) => phrase.split(' ').length))
  }

  has (words: readonly string[]): boolean { return this.#phrases.has(words.join(' ')) }

  /** The length in words of the longest phrase that begins at `start`; 0 when none does. */
  at (words: readonly string[], start: number): number {
    for (let length = Math.min(this.#longest, words.length - start); length > 0; length--) {
      if (this.#phrases.has(words.slice(start, start + length).join(' '))) return length
    }
    return 0
  }

  /** The length in words of the longest phrase that the words end with; 0 when there is none. */
  end (words: readonly string[]): number {
    for (let length = Math.min(this.#longest, words.length); length > 0; length--) {
      if (this.#phrases.has(words.slice(-length).join(' '))) return length
    }
    return 0
  }
}

/** The kind of each phrase when the phrases of `kinds` cover all the words from left to right; undefined when a word is left over. */
export function cover<Kind extends string> (words: readonly string[], kinds: Record<Kind, PhraseSet>): Kind[] | undefined {
  const found: Kind[] = []
  for (let start = 0; start < words.length;) {
    let best: { kind: Kind, length: number } | undefined
    for (const kind of Object.keys(kinds) as Kind[]) {
      const length = kinds[kind].at(words, start)
      if (length > (best?.length ?? 0)) best = { kind, length }
    }
    if (best === undefined) return undefined
    found.push(best.kind)
    start += best.length
  }
  return found
}
