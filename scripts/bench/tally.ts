/** What the callers have noticed while they were asked to. All lists are of milliseconds. */
export interface Tally {
  /** From `start` to the first audio of the greeting. */
  greetings: number[]
  /** From the caller's last sound to the agent's first. */
  replies: number[]
  /** From the onset of speech over the agent to `clear`. */
  clears: number[]
  /** Stretches in which the audio ran out inside a reply, of more than 20 ms. */
  gaps: number[]
  /** The least audio a caller still had when the next of the same reply came; below zero it had run out. */
  leastLeadMs: number
  /** Nothing was said within ANSWER_WITHIN_MS, or nothing was cleared. */
  unanswered: number
  /** The agent began to speak before the caller had finished. */
  cutIns: number
  /** Calls that ended by themselves. */
  lost: number
  /** How late the callers' own clock was at the worst: beyond 20 ms the measurement counts for little. */
  latestTickMs: number
}

export const newTally = (): Tally => ({ greetings: [], replies: [], clears: [], gaps: [], leastLeadMs: Infinity, unanswered: 0, cutIns: 0, lost: 0, latestTickMs: 0 })
