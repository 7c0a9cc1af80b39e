import type { AgentChange, NewAgent } from '../../api/agents.ts'
import type { Agent } from '../../api/types.ts'

/** An agent as a form has it: texts, where empty means that nothing is said of it. */
export interface AgentValues {
  name: string
  phoneNumber: string
  systemPrompt: string
  greeting: string
  active: boolean
  language: string
  ttsVoice: string
  ttsModel: string
  sttModel: string
  inferenceModel: string
  temperature: string
  maxTokens: string
}

export const valuesOf = (agent: Agent | undefined, phoneNumber: string): AgentValues => ({
  name: agent?.name ?? '',
  phoneNumber: agent?.phoneNumber ?? phoneNumber,
  systemPrompt: agent?.systemPrompt ?? '',
  greeting: agent?.greeting ?? '',
  active: agent?.active ?? true,
  language: agent?.language ?? '',
  ttsVoice: agent?.ttsVoice ?? '',
  ttsModel: agent?.ttsModel ?? '',
  sttModel: agent?.sttModel ?? '',
  inferenceModel: agent?.inferenceModel ?? '',
  temperature: agent?.temperature.toString() ?? '',
  maxTokens: agent?.maxTokens.toString() ?? ''
})

/** The fields that a new agent is given; the gateway fills in the others. */
export const newAgentOf = ({ language, ...values }: AgentValues, direction: Agent['direction']): NewAgent => ({
  ...shared(values),
  ...(language === '' ? {} : { language }),
  direction
})

/** All fields of an agent that is there. */
export const agentChangeOf = ({ language, ...values }: AgentValues): AgentChange => ({
  ...shared(values),
  language: language === '' ? null : language
})

const shared = ({ ttsVoice, ttsModel, sttModel, inferenceModel, temperature, maxTokens, ...values }: Omit<AgentValues, 'language'>) => ({
  ...values,
  ...given({ ttsVoice, ttsModel, sttModel, inferenceModel }),
  ...(temperature.trim() === '' ? {} : { temperature: Number(temperature) }),
  ...(maxTokens.trim() === '' ? {} : { maxTokens: Number(maxTokens) })
})

const given = <Name extends string>(fields: Record<Name, string>): Partial<Record<Name, string>> => {
  const some: Partial<Record<Name, string>> = {}
  for (const name in fields) if (fields[name].trim() !== '') some[name] = fields[name].trim()
  return some
}
