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
  /** BCP 47: of the word lists and of Earshot's own sentences. One without word lists leaves turns to timing. */
  language: string
  /** Told to the recogniser. Undefined: it finds out by itself. */
  sttLanguage: string | undefined
  turnTaking: TurnTaking
}
