import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { EarshotError } from '../errors.ts'
import type { PhoneRecord } from '../store/phones.ts'
import type { Stores } from '../store/stores.ts'

/**
 * Refuses what no phone can have: an unknown country code, or a length that its country does not have. Ranges are not checked: countries open new ones.
 * @throws EarshotError `invalid`
 */
export const checkPhoneNumber = (phoneNumber: string, field: string): void => {
  if (parsePhoneNumberFromString(phoneNumber)?.isPossible() !== true) throw new EarshotError('invalid', `${field} is not a possible phone number.`, { field })
}

/** The active phone that a request says is to be used. @throws {EarshotError} `invalid`, naming fromPhoneNumberId */
export async function activePhone ({ phones }: Pick<Stores, 'phones'>, userId: string, fromPhoneNumberId: string): Promise<PhoneRecord> {
  const phone = await phones.find(userId, fromPhoneNumberId)
  if (phone?.isActive !== true) throw new EarshotError('invalid', 'fromPhoneNumberId is none of your active phone numbers.', { field: 'fromPhoneNumberId' })
  return phone
}
