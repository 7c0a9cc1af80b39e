import type { NewPhone } from '../../api/phones.ts'

/** Numbers that are kept for fiction: 555-0100 to 555-0199 of every North American area (https://nationalnanpa.com/number_resource_info/555_numbers.html). */
const AREAS = ['202', '206', '212', '303', '312', '404', '415', '503', '512', '617', '702', '808']

const randomBelow = (limit: number): number => Math.floor(Math.random() * limit)
const hex = (digits: number): string => Array.from(crypto.getRandomValues(new Uint8Array(digits / 2)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** A phone that no telephone reaches and Twilio knows nothing of, for agents that are tried out in the browser. */
export const madeUpPhone = (): NewPhone => ({
  phoneNumber: `+1${AREAS[randomBelow(AREAS.length)]}55501${String(randomBelow(100)).padStart(2, '0')}`,
  twilioAccountSid: `AC${hex(32)}`,
  twilioAuthToken: hex(32),
  isActive: true
})

export const isMadeUp = (phoneNumber: string): boolean => /^\+1\d{3}55501\d{2}$/.test(phoneNumber)
