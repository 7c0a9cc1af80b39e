import type { Conversation } from './conversation.ts'
import type { Speaker } from './speaker.ts'
import { turnOf, type State } from './state.ts'

/** A call ends in whatever state it is: what has been said is kept, and what the state had begun is aborted. */
export function leaveState (state: State, speaker: Speaker, conversation: Conversation, nowMs: number): void {
  const turn = turnOf(state)
  if (state.name === 'speaking' || (state.name === 'ending' && speaker.speaking)) speaker.record(state.speech, speaker.stop())
  if (state.name === 'paused') speaker.record(state.speech, state.heardBytes)
  if (turn !== undefined && turn.words !== '') conversation.add({ role: 'user', text: turn.words, timestampMs: nowMs })
  turn?.cancel()
  if ('speech' in state) state.speech.answer?.reply.abort()
  if (state.name === 'deciding') state.reply?.abort()
  speaker.stop()
  conversation.settle()
}
