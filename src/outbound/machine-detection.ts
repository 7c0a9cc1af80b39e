import { stockPhrases } from '../call/stock-phrases.ts'
import type { AgentRecord } from '../store/agents.ts'
import { isMachine, type AnsweredBy } from '../store/carrier.ts'

type Settings = Pick<AgentRecord, 'voicemailAction' | 'voicemailMessage' | 'detectMachines' | 'language'>

/** What happens when a machine answers; unless its owner says, an agent that has a message leaves it. */
const actionOf = ({ voicemailAction, voicemailMessage = '' }: Settings): NonNullable<AgentRecord['voicemailAction']> =>
  voicemailAction ?? (voicemailMessage === '' ? 'hang_up' : 'leave_message')

/** What the agent says to a machine, after its beep; undefined when it leaves no message. */
export const voicemailOf = (agent: Settings): string | undefined =>
  actionOf(agent) === 'leave_message' ? agent.voicemailMessage || stockPhrases(agent.language).voicemail : undefined

/**
 * How Twilio is to find out who answers; undefined: not at all, which costs nothing. Only for a message the machine's own must be over.
 * @param wanted as the call or its schedule says, over the agent's own setting
 */
export function detectionFor (agent: Settings, wanted = agent.detectMachines ?? true): 'Enable' | 'DetectMessageEnd' | undefined {
  if (!wanted) return undefined
  return actionOf(agent) === 'leave_message' ? 'DetectMessageEnd' : 'Enable'
}

/** What is done about who answered. Nobody speaks to a fax. */
export function reactionTo (answeredBy: AnsweredBy | undefined, agent: Settings): NonNullable<AgentRecord['voicemailAction']> {
  if (!isMachine(answeredBy)) return 'continue'
  const action = actionOf(agent)
  return answeredBy === 'fax' && action === 'leave_message' ? 'hang_up' : action
}
