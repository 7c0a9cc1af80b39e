import { EarshotError } from '../../errors.ts'
import type { Contact } from './agent-tools.ts'
import { INSTANT_TIMEOUT_MS, type Tool } from './tool.ts'

/** The model picks one of the owner's destinations by name: a number that a caller dictates could cost the owner a fortune. */
export function transferCall (destinations: readonly Contact[]): Tool {
  const list = destinations.map(({ name, description }) => description === undefined ? name : `${name} (${description})`).join('; ')
  return {
    name: 'transfer_call',
    description: `Connect the caller to somebody else and leave the call. Destinations: ${list}.`,
    parameters: {
      type: 'object',
      properties: {
        destination: { type: 'string', enum: destinations.map(({ name }) => name) },
        announcement: { type: 'string', minLength: 1, maxLength: 300, description: 'One short sentence to the caller, in their language, spoken before they are connected.' }
      },
      required: ['destination', 'announcement'],
      additionalProperties: false
    },
    timeoutMs: INSTANT_TIMEOUT_MS,
    async run ({ destination, announcement }) {
      const contact = destinations.find(({ name }) => name === destination)
      if (contact === undefined) throw new EarshotError('invalid', 'There is no such destination.')
      return { content: `The caller is being connected to ${contact.name}.`, effect: { type: 'transfer', to: contact.number, announcement: String(announcement) } }
    }
  }
}
