import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { EarshotError } from '../errors.ts'

/**
 * Refuses what no phone can have: an unknown country code, or a length that its country does not have. Ranges are not checked: countries open new ones.
 * @throws EarshotError `invalid`
 */
export const checkPhoneNumber = (phoneNumber: string, field: string): void => {
  if (parsePhoneNumberFromString(phoneNumber)?.isPossible() !== true) throw new EarshotError('invalid', `${field} is not a possible phone number.`, { field })
}
