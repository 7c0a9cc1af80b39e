import { ourNumberOf, type CallRecord } from '../store/calls.ts'
import type { PhoneRecord } from '../store/phones.ts'
import type { Stores } from '../store/stores.ts'
import type { TwilioAccount } from './rest.ts'

/** The Twilio account that a phone is on. */
export const accountOf = ({ phones }: Pick<Stores, 'phones'>, phone: PhoneRecord): TwilioAccount =>
  ({ accountSid: phone.twilioAccountSid, authToken: phones.decryptAuthToken(phone) })

/** The registered phone of a call, active or not; undefined when it has been removed. */
export async function phoneOfCall ({ phones }: Pick<Stores, 'phones'>, call: CallRecord): Promise<PhoneRecord | undefined> {
  const { items: [phone] } = await phones.list(call.userId, { filter: { phoneNumber: ourNumberOf(call) }, limit: 1 })
  return phone
}

/** The Twilio account that a call is on; undefined when its phone has been removed. */
export async function accountOfCall (stores: Pick<Stores, 'phones'>, call: CallRecord): Promise<TwilioAccount | undefined> {
  const phone = await phoneOfCall(stores, call)
  return phone && accountOf(stores, phone)
}
