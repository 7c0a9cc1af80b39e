import type { Turn } from '../../api/types.ts'

/** Of conversational speech, 150 words of six characters a minute. */
const MS_PER_CHARACTER = 67

/**
 * When each turn began, in milliseconds since the epoch. A record has the beginning of what an agent says and the end of what a caller
 * says: the beginning of that is estimated from its length, and is never before the turn that it follows.
 */
export const turnStarts = (transcript: ReadonlyArray<Pick<Turn, 'role' | 'text' | 'timestamp'>>): number[] => {
  const starts: number[] = []
  for (const { role, text, timestamp } of transcript) {
    const atMs = new Date(timestamp).getTime()
    const spokenMs = role === 'user' ? text.length * MS_PER_CHARACTER : 0
    starts.push(Math.max(atMs - spokenMs, Math.min(atMs, starts.at(-1) ?? -Infinity)))
  }
  return starts
}
