/** Words as they count when recognisers are compared: without case and punctuation. */
const wordsOf = (text: string): string[] => text.toLowerCase().replace(/[^\p{L}\p{N}' ]/gu, ' ').split(/\s+/).filter((word) => word !== '')

/** How many words must be put in, left out or replaced to get from one text to the other, and how many were said. */
export function wordErrors (heard: string, said: string): { errors: number, words: number } {
  const [from, to] = [wordsOf(heard), wordsOf(said)]
  let row = to.map((_, i) => i + 1)
  for (const [i, word] of from.entries()) {
    let diagonal = i
    let left = i + 1
    row = row.map((above, j) => {
      left = Math.min(above + 1, left + 1, diagonal + (word === to[j] ? 0 : 1))
      diagonal = above
      return left
    })
  }
  return { errors: row.at(-1) ?? from.length, words: to.length }
}
