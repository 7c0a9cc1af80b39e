import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import { checkCallable } from '../outbound/callable.ts'
import type { CallingRules } from '../store/calling-rules.ts'
import type { KeptMessage } from '../store/messages.ts'
import type { Stores } from '../store/stores.ts'

const DAY_MS = 86_400_000

interface TextGuardDeps { stores: Stores, clock: Clock }
/** One that is stored, or one that is to be. */
type TextToCheck = KeptMessage | Pick<KeptMessage, 'userId' | 'fromNumber' | 'toNumber'>

/**
 * Makes sure that a text message may be sent now, by the same rules as calls except for the hours.
 * @throws EarshotError `invalid` or `forbidden`
 */
export async function checkText ({ stores, clock }: TextGuardDeps, message: TextToCheck): Promise<void> {
  const { userId, fromNumber, toNumber } = message
  const rules = await stores.callingRules.get(userId)
  await checkCallable(toNumber, fromNumber, rules, 'to')
  if (await stores.optOuts.has(userId, 'messages', toNumber, fromNumber)) throw new EarshotError('forbidden', 'The recipient does not want text messages from this number.', { field: 'to' })
  if (await isDayFull({ stores, clock }, message, rules)) throw new EarshotError('forbidden', `The calling rules allow ${rules.maxMessagesPerDay} text messages in 24 hours.`)
}

/**
 * Whether others have all the places that a day has for its user's messages. Looked at before Twilio is about to be asked, the older of two that are stored and race for
 * the last place gets it; looked at again right after that is noted, neither can have passed the other unseen.
 */
export async function isDayFull ({ stores, clock }: TextGuardDeps, message: TextToCheck, { maxMessagesPerDay }: Pick<CallingRules, 'maxMessagesPerDay'>): Promise<boolean> {
  return await stores.messages.countSent(message.userId, new Date(clock.now() - DAY_MS), '_id' in message ? message : undefined) >= maxMessagesPerDay
}
