import type { AgentChange, NewAgent } from '../../api/agents.ts'
import type { Agent } from '../../api/types.ts'
import { toolsOf, toolValuesOf, type ToolValues } from './tool-values.ts'
import { turnTakingOf, turnTakingValuesOf, type TurnTakingValues } from './turn-taking-values.ts'

/** An agent as a form has it: texts, where empty means that nothing is said of it. */
export interface AgentValues extends TurnTakingValues {
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
  tools: ToolValues
  recordTape: boolean
  recordAudio: boolean
  recordingNotice: string
  smsReplies: boolean
  detectMachines: boolean
  voicemailAction: NonNullable<Agent['voicemailAction']> | ''
  voicemailMessage: string
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
  maxTokens: agent?.maxTokens.toString() ?? '',
  tools: toolValuesOf(agent?.tools),
  ...turnTakingValuesOf(agent?.turnTaking),
  recordTape: agent?.recordTape ?? false,
  recordAudio: agent?.recordAudio ?? false,
  recordingNotice: agent?.recordingNotice ?? '',
  smsReplies: agent?.smsReplies ?? true,
  detectMachines: agent?.detectMachines ?? true,
  voicemailAction: agent?.voicemailAction ?? '',
  voicemailMessage: agent?.voicemailMessage ?? ''
})

/** The fields that a new agent is given; the gateway fills in the others. @param notJson what is said of a tool's schema that is no JSON */
export const newAgentOf = (values: AgentValues, direction: Agent['direction'], notJson: string): NewAgent => {
  const { language, recordingNotice, voicemailAction, voicemailMessage, turnTaking, ...fields } = agentChangeOf(values, notJson)
  return {
    ...fields,
    ...(language == null ? {} : { language }),
    ...(recordingNotice == null ? {} : { recordingNotice }),
    ...(voicemailAction == null ? {} : { voicemailAction }),
    ...(voicemailMessage == null ? {} : { voicemailMessage }),
    ...(turnTaking == null ? {} : { turnTaking }),
    direction
  }
}

/** All fields of an agent that is there. */
export const agentChangeOf = (values: AgentValues, notJson: string) => {
  const { name, phoneNumber, systemPrompt, greeting, active, recordTape, recordAudio, smsReplies, detectMachines, ttsVoice, ttsModel, sttModel, inferenceModel, temperature, maxTokens } = values
  return {
    name,
    phoneNumber,
    systemPrompt,
    greeting,
    active,
    recordTape,
    recordAudio,
    smsReplies,
    detectMachines,
    ...given({ ttsVoice, ttsModel, sttModel, inferenceModel }),
    ...(temperature.trim() === '' ? {} : { temperature: Number(temperature) }),
    ...(maxTokens.trim() === '' ? {} : { maxTokens: Number(maxTokens) }),
    language: emptied(values.language),
    recordingNotice: emptied(values.recordingNotice),
    voicemailAction: values.voicemailAction === '' ? null : values.voicemailAction,
    voicemailMessage: emptied(values.voicemailMessage),
    turnTaking: turnTakingOf(values) ?? null,
    tools: toolsOf(values.tools, notJson)
  } satisfies AgentChange
}

const emptied = (text: string): string | null => text.trim() === '' ? null : text

const given = <Name extends string>(fields: Record<Name, string>): Partial<Record<Name, string>> => {
  const some: Partial<Record<Name, string>> = {}
  for (const name in fields) if (fields[name].trim() !== '') some[name] = fields[name].trim()
  return some
}
