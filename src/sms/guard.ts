import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import { checkCallable } from '../outbound/callable.ts'
import type { KeptMessage } from '../store/messages.ts'
import type { Stores } from '../store/stores.ts'

const DAY_MS = 86_400_000

/**
 * Makes sure that a text message may be sent now, by the same rules as calls except for the hours. Of two that are stored and race for the last place the
 * older one gets it.
 * @throws EarshotError `invalid` or `forbidden`
 */
export async function checkText ({ stores, clock }: { stores: Stores, clock: Clock }, message: KeptMessage | Pick<KeptMessage, 'userId' | 'fromNumber' | 'toNumber'>): Promise<void> {
  const { userId, fromNumber, toNumber } = message
  const rules = await stores.callingRules.get(userId)
  await checkCallable(toNumber, fromNumber, rules, 'to')
  if (await stores.optOuts.has(userId, 'messages', toNumber, fromNumber)) throw new EarshotError('forbidden', 'The recipient does not want text messages from this number.', { field: 'to' })
  if (await stores.messages.countSent(userId, new Date(clock.now() - DAY_MS), '_id' in message ? message : undefined) >= rules.maxMessagesPerDay) {
    throw new EarshotError('forbidden', `The calling rules allow ${rules.maxMessagesPerDay} text messages in 24 hours.`)
  }
}
