/** The ends of sentences and clauses, where a voice breathes. */
const BOUNDARY = /(?<=[.!?…;:,—]["')\]]*)\s+/
const SENTENCE_END = /[.!?…]["')\]]*$/

/** Shorter sentences ("Dr.", "Yes.") go on with what follows. */
const MIN_SENTENCE = 8
/** Characters of a clause that is spoken on its own. The first one is short: its sound is what the caller waits for. */
const MIN_FIRST_CLAUSE = 16
const MIN_CLAUSE = 60
/** Without any comma: the voice would take over half a second to begin. */
const MAX_PIECE = 240

/** Cuts a text into what the voice makes in one go, at the ends of sentences, and of clauses in long ones. */
export function speechPieces (text: string): string[] {
  const pieces: string[] = []
  let piece = ''
  for (const part of text.trim().split(BOUNDARY).flatMap(withoutGiants)) {
    piece = piece === '' ? part : `${piece} ${part}`
    const enough = SENTENCE_END.test(part) ? MIN_SENTENCE : pieces.length === 0 ? MIN_FIRST_CLAUSE : MIN_CLAUSE
    if (piece.length < enough) continue
    pieces.push(piece)
    piece = ''
  }
  if (piece !== '') pieces.push(piece)
  return pieces.filter((piece) => /[\p{L}\p{N}]/u.test(piece))
}

/** Cut between words where there is no boundary for too long; a single word of that length is cut anywhere. */
function withoutGiants (part: string): string[] {
  return part.match(new RegExp(`\\S[^]{0,${MAX_PIECE - 1}}(?=\\s|$)|\\S{1,${MAX_PIECE}}`, 'g')) ?? []
}
