import type { TurnTaking } from './turn-taking.ts'

/** What a call needs to know of the agent that holds it. */
export interface CallAgent {
  id: string
  sttModel: string
  inferenceModel: string
  ttsModel: string
  ttsVoice: string
  systemPrompt: string
  /** Empty: the default greeting of the agent's language. */
  greeting: string
  temperature: number
  maxTokens: number
  /** BCP 47. Undefined: the recogniser decides, and turns end by timing alone. */
  language: string | undefined
  turnTaking: TurnTaking
}
