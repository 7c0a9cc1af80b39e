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
  /** The longest phrase that begins, or ends, with a word: most words do neither, and need no further look. */
  readonly #longestFrom = new Map<string, number>()
  readonly #longestTo = new Map<string, number>()

  constructor (phrases: Iterable<string>) {
    const split = [...phrases].map(toWords).filter((words) => words.length > 0)
    this.#phrases = new Set(split.map((words) => words.join(' ')))
    for (const words of split) {
      const first = words[0]!
      const last = words.at(-1)!
      this.#longestFrom.set(first, Math.max(words.length, this.#longestFrom.get(first) ?? 0))
      this.#longestTo.set(last, Math.max(words.length, this.#longestTo.get(last) ?? 0))
    }
  }

  has (words: readonly string[]): boolean { return this.#phrases.has(words.join(' ')) }

  /** The length in words of the longest phrase that begins at `start`; 0 when none does. */
  at (words: readonly string[], start: number): number {
    const longest = this.#longestFrom.get(words[start] ?? '') ?? 0
    for (let length = Math.min(longest, words.length - start); length > 0; length--) {
      if (this.has(words.slice(start, start + length))) return length
    }
    return 0
  }

  /** The length in words of the longest phrase that the words end with; 0 when there is none. */
  end (words: readonly string[]): number {
    const longest = this.#longestTo.get(words.at(-1) ?? '') ?? 0
    for (let length = Math.min(longest, words.length); length > 0; length--) {
      if (this.has(words.slice(-length))) return length
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
