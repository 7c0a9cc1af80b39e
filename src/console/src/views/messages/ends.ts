import type { Phone } from '../../api/types.ts'

/** The two ends of a thread, told apart: the user's own phone, and the number at the other end. */
export const endsOf = (numbers: readonly string[], phones: readonly Phone[]): { own: Phone | undefined, ownNumber: string, otherNumber: string } => {
  const [one = '', two = ''] = numbers
  const own = phones.find(({ phoneNumber }) => phoneNumber === two) ?? phones.find(({ phoneNumber }) => phoneNumber === one)
  const ownNumber = own?.phoneNumber ?? one
  return { own, ownNumber, otherNumber: ownNumber === one ? two : one }
}

/** A thread's address, from its numbers. */
export const threadPath = (ownNumber: string, otherNumber: string): string => `/messages/${encodeURIComponent(ownNumber)}/${encodeURIComponent(otherNumber)}`
