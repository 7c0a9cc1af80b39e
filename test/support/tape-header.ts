import type { TapeHeader } from '../../src/replay/tape.ts'

/** The first line of a tape, of an agent that leaves everything to the providers' defaults. */
export const header: TapeHeader = {
  type: 'header',
  version: 1,
  from: '+12025550111',
  to: '+12025550142',
  agent: { sttModel: '', inferenceModel: '', ttsModel: '', ttsVoice: '', systemPrompt: '', greeting: '', temperature: 0, maxTokens: 100 },
  licence: 'CC0'
}
