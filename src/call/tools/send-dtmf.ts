import { EarshotError } from '../../errors.ts'
import { INSTANT_TIMEOUT_MS, type Tool } from './tool.ts'

/** Longer than any number or code, shorter than a nuisance: half a minute of tones. */
const DIGITS = /^[0-9A-Da-d*#w]{1,64}$/

export const sendDtmf: Tool = {
  name: 'send_dtmf',
  description: 'Press keys on the telephone, to answer a menu or enter a number or code on the other side. The tones sound after what you say.',
  parameters: {
    type: 'object',
    properties: { digits: { type: 'string', description: 'The keys: 0–9, * and #; w waits half a second.' } },
    required: ['digits'],
    additionalProperties: false
  },
  timeoutMs: INSTANT_TIMEOUT_MS,
  async run (args) {
    const digits = String(args['digits']).replace(/[\s-]/g, '')
    if (!DIGITS.test(digits)) throw new EarshotError('invalid', 'digits may have 0–9, *, # and w only, 64 at most.')
    return { content: `The keys ${digits} are being pressed.`, effect: { type: 'send_dtmf', digits } }
  }
}
