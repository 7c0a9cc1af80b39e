import type { Call } from '../../api/types.ts'
import { useText } from '../../i18n/language.ts'
import { phoneNumberText } from '../../i18n/phone-number.ts'
import { words } from './words.ts'

/** Names who is at the other end of a call: a number, or a browser. */
export const useOtherSide = () => {
  const t = useText(words)
  return ({ channel, direction, from_number: from, to_number: to }: Call): string =>
    channel === undefined ? phoneNumberText(direction === 'outgoing' ? to : from) || t.unknown : t[channel]
}
