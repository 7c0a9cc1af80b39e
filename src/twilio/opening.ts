import { greetingOf } from '../call/warm-phrases.ts'
import type { AgentRecord } from '../store/agents.ts'

/** The first words of an agent's calls: the greeting, after the notice that the call is recorded where there is one. One phrase, so that nothing comes between. */
export const openingOf = ({ greeting, language = 'en', recordingNotice }: Pick<AgentRecord, 'greeting' | 'language' | 'recordingNotice'>): string =>
  recordingNotice === undefined ? greeting : `${recordingNotice} ${greetingOf({ greeting, language })}`
