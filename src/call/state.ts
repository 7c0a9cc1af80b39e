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

/** What goes on in a call, for whoever watches it; with the words that are not in its transcript yet, and may never be. */
export interface CallActivity {
  state: 'listening' | 'caller_speaking' | 'thinking' | 'agent_speaking' | 'ending'
  /** What the caller has said, as far as it is known. */
  caller_words: string
  /** What of the agent's words has been heard. */
  agent_words: string
}

/** @param held the caller's words that are being answered */
export const activityOf = (state: State, held: string, speaker: { heardWords: string }): CallActivity => ({
  state: activityName(state),
  caller_words: [held, turnOf(state)?.words ?? ''].filter((words) => words !== '').join(' '),
  agent_words: state.name === 'paused' ? state.speech.utterance.heardText(state.heardBytes) : speaker.heardWords
})

const activityName = (state: State): CallActivity['state'] => {
  switch (state.name) {
    case 'listening': return state.turn === undefined ? 'listening' : 'caller_speaking'
    case 'deciding': return 'thinking'
    case 'speaking': return state.speech.firstSoundAtMs === undefined ? 'thinking' : 'agent_speaking'
    case 'paused': return 'caller_speaking'
    case 'ending':
    case 'closed': return 'ending'
  }
}
