import { EarshotError } from '../../errors.ts'
import type { Contact } from './agent-tools.ts'
import type { Tool } from './tool.ts'

/**
 * Sends a text message from the agent's number.
 * @throws {EarshotError} whose message the model is told (the recipient has opted out, for one)
 */
export type SendSms = (to: string, body: string, signal: AbortSignal) => Promise<void>

/** Twilio's limit (https://www.twilio.com/docs/messaging/api/message-resource). */
const MAX_CHARACTERS = 1600
const TIMEOUT_MS = 10_000
const CALLER = 'caller'
const E164 = /^\+[1-9]\d{1,14}$/

/** Messages go to the caller, or to somebody the owner has named; never to a number that the model was told. */
export function sendSmsTool (sendSms: SendSms, recipients: readonly Contact[] = []): Tool {
  return {
    name: 'send_sms',
    description: 'Send a text message (SMS), for instance with a link, an address or a confirmation. Ask before you send one.',
    parameters: {
      type: 'object',
      properties: {
        to: { type: 'string', enum: [CALLER, ...recipients.map(({ name }) => name)], description: 'Who gets it.' },
        body: { type: 'string', minLength: 1, maxLength: MAX_CHARACTERS, description: 'The text.' }
      },
      required: ['to', 'body'],
      additionalProperties: false
    },
    timeoutMs: TIMEOUT_MS,
    async run ({ to, body }, { callerNumber }, signal) {
      const number = recipients.find(({ name }) => name === to)?.number ?? callerNumber
      if (!E164.test(number)) throw new EarshotError('invalid', 'The caller’s number is not known, so no message can be sent to it.')
      await sendSms(number, String(body), signal)
      return { content: 'The message has been sent.' }
    }
  }
}
