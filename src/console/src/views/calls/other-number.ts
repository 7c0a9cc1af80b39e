import type { Call } from '../../api/types.ts'
import { phoneNumberText } from '../../i18n/phone-number.ts'

/** The number at the other end of a call; empty when it is withheld. */
export const otherNumber = ({ direction, from_number: from, to_number: to }: Pick<Call, 'direction' | 'from_number' | 'to_number'>): string =>
  phoneNumberText(direction === 'outgoing' ? to : from)
