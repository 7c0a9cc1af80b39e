import type { Reply } from './reply.ts'
import type { Speech } from './speaker.ts'
import type { Turn } from './turn.ts'

/** Who has the floor, with what only that state knows. */
export type State =
  /** The caller has the floor. `turn`: and has begun to speak. */
  | { name: 'listening', turn: Turn | undefined }
  /** The caller pauses, and their words are known or being found out. */
  | { name: 'deciding', turn: Turn, reply: Reply | undefined, wordsAtMs: number }
  /** The agent has the floor. `turn`: and the caller makes a sound that may come to mean something. */
  | { name: 'speaking', speech: Speech, turn: Turn | undefined }
  /** The caller spoke over the agent; what they say decides whether it goes on. */
  | { name: 'paused', speech: Speech, heardBytes: number, turn: Turn, retractable: boolean }
  /** The last words are being said. */
  | { name: 'ending', speech: Speech, reason: string, act: () => Promise<void> }
  | { name: 'closed' }

/** The turn that the caller is in, if they are in one. */
export const turnOf = (state: State): Turn | undefined => 'turn' in state ? state.turn : undefined
