import { INSTANT_TIMEOUT_MS, type Tool } from './tool.ts'

export const endCall: Tool = {
  name: 'end_call',
  description: 'Hang up. Use it only when the conversation is over: the caller has said goodbye, or nothing is left to do. Say goodbye first.',
  parameters: {
    type: 'object',
    properties: { farewell: { type: 'string', description: 'One short sentence to say before hanging up; leave it out when you have said goodbye already.' } },
    additionalProperties: false
  },
  timeoutMs: INSTANT_TIMEOUT_MS,
  async run ({ farewell }) {
    const said = typeof farewell === 'string' && farewell.trim() !== '' ? { farewell: farewell.trim() } : {}
    return { content: 'The call ends now.', effect: { type: 'end_call', ...said } }
  }
}
