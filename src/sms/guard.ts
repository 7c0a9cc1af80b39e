import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import { checkCallable } from '../outbound/callable.ts'
import type { MessageRecord } from '../store/messages.ts'
import type { Stores } from '../store/stores.ts'

const DAY_MS = 86_400_000

/**
 * Makes sure that a text message may be sent now, by the same rules as calls except for the hours. One that is stored counts among the user's others,
 * so of two that race for the last place never both get it.
 * @throws EarshotError `invalid` or `forbidden`
 */
export async function checkText ({ stores, clock }: { stores: Stores, clock: Clock }, message: Pick<MessageRecord, 'userId' | 'fromNumber' | 'toNumber'> & { _id?: string }): Promise<void> {
  const { userId, fromNumber, toNumber, _id } = message
  const rules = await stores.callingRules.get(userId)
  await checkCallable(toNumber, fromNumber, rules, 'to')
  if (await stores.optOuts.has(userId, 'messages', toNumber, fromNumber)) throw new EarshotError('forbidden', 'The recipient does not want text messages from this number.', { field: 'to' })
  if (await stores.messages.countSent(userId, new Date(clock.now() - DAY_MS), _id) >= rules.maxMessagesPerDay) {
    throw new EarshotError('forbidden', `The calling rules allow ${rules.maxMessagesPerDay} text messages in 24 hours.`)
  }
}
