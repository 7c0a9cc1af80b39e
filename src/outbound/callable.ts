import type { CountryCode, NumberType } from 'libphonenumber-js'
import { EarshotError } from '../errors.ts'
import { once } from '../once.ts'
import type { CallingRules } from '../store/calling-rules.ts'

/** The full table, by which types are told apart, is 145 KB: loaded with the first call that is placed. */
const fullTable = once(() => import('libphonenumber-js/max'))

/** Ranges that cost the caller more than a call, or that nobody calls by a machine: what toll fraud is made with. */
const REFUSED_TYPES = new Set<NumberType>(['PREMIUM_RATE', 'SHARED_COST', 'PERSONAL_NUMBER', 'UAN', 'VOICEMAIL', 'PAGER'])

/**
 * Makes sure that a number may be called as far as the number itself tells: it exists, it is no premium one, and its country or its beginning is allowed.
 * @param field what is named in the error
 * @throws EarshotError `invalid` or `forbidden`
 */
export async function checkCallable (number: string, fromNumber: string, { allowedCountries, allowedPrefixes }: Pick<CallingRules, 'allowedCountries' | 'allowedPrefixes'>, field: string): Promise<void> {
  const { parsePhoneNumberFromString } = await fullTable()
  const phone = parsePhoneNumberFromString(number)
  if (phone?.isPossible() !== true) throw new EarshotError('invalid', `${field} is not a possible phone number.`, { field })
  const type = phone.getType()
  if (type !== undefined && REFUSED_TYPES.has(type)) throw new EarshotError('forbidden', `${field} is a number of a range that is not called (${type.toLowerCase().replaceAll('_', ' ')}).`, { field })
  if (allowedPrefixes.some((prefix) => number.startsWith(prefix))) return
  const home = parsePhoneNumberFromString(fromNumber)?.country
  const countries: ReadonlyArray<string | undefined> = allowedCountries.length > 0 ? allowedCountries : [home]
  // Numbers that are not valid have no sure country where several share a code: none of these is allowed by its country.
  const country: CountryCode | undefined = phone.isValid() ? phone.country : phone.getPossibleCountries().length === 1 ? phone.getPossibleCountries()[0] : undefined
  if (country === undefined || !countries.includes(country)) {
    throw new EarshotError('forbidden', `${field} is in ${country ?? 'a country that cannot be told'}, which the calling rules do not allow.`, { field })
  }
}
