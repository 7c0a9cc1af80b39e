import { EarshotError, type ErrorCode } from '../errors.ts'

/** Twilio said no, for good. */
export class TwilioRefusal extends EarshotError {
  /** Twilio's own code, or the HTTP status where it gave none. */
  readonly twilioCode: number

  constructor (twilioCode: number, code: ErrorCode, message: string, options?: { field?: string }) {
    super(code, message, options)
    this.twilioCode = twilioCode
  }
}

/** What Twilio's refusals mean to whoever asked for a call or a message, by Twilio's code (https://www.twilio.com/docs/api/errors). */
const REFUSALS: Record<number, { code: ErrorCode, message: string, field?: string }> = {
  20003: { code: 'provider_rejected', message: 'Twilio does not accept the account SID and auth token of this phone number.' },
  13224: { code: 'invalid', message: 'Twilio does not call this number.', field: 'to' },
  20005: { code: 'provider_rejected', message: 'The Twilio account is not active.' },
  21201: { code: 'invalid', message: 'Twilio needs a number to call.', field: 'to' },
  21210: { code: 'invalid', message: 'The phone number to call from is not one that this Twilio account owns or has verified.', field: 'fromPhoneNumberId' },
  21211: { code: 'invalid', message: 'Twilio does not accept the number as a phone number.', field: 'to' },
  21212: { code: 'invalid', message: 'Twilio does not accept the number to call from.', field: 'fromPhoneNumberId' },
  21214: { code: 'invalid', message: 'Twilio cannot reach this number.', field: 'to' },
  21215: { code: 'forbidden', message: 'The Twilio account has no permission to call this region (Voice Geographic Permissions).', field: 'to' },
  21216: { code: 'forbidden', message: 'Twilio does not let this account call this number.', field: 'to' },
  21217: { code: 'invalid', message: 'Twilio says that this is no phone number.', field: 'to' },
  21219: { code: 'forbidden', message: 'A Twilio trial account calls only numbers that it has verified.', field: 'to' },
  21408: { code: 'forbidden', message: 'The Twilio account has no permission to write to this region (Messaging Geographic Permissions).', field: 'to' },
  21602: { code: 'invalid', message: 'Twilio needs a text to send.', field: 'body' },
  21606: { code: 'invalid', message: 'The phone number cannot send text messages from this Twilio account.', field: 'fromPhoneNumberId' },
  21608: { code: 'forbidden', message: 'A Twilio trial account writes only to numbers that it has verified.', field: 'to' },
  21610: { code: 'forbidden', message: 'The recipient does not want text messages from this number.', field: 'to' },
  21611: { code: 'rate_limited', message: 'Too many text messages of this phone number wait at Twilio.', field: 'fromPhoneNumberId' },
  21612: { code: 'invalid', message: 'Twilio cannot reach this number from this phone number.', field: 'to' },
  21614: { code: 'invalid', message: 'Twilio says that this is no mobile number.', field: 'to' },
  21617: { code: 'invalid', message: 'Twilio says that the text is too long.', field: 'body' },
  30034: { code: 'forbidden', message: 'The phone number is not registered for messages to the United States (A2P 10DLC).', field: 'fromPhoneNumberId' },
  63038: { code: 'provider_rejected', message: 'The Twilio account has sent as many messages today as it may.' }
}

/** A failed request as an error of Earshot's. Twilio's own sentence may quote a phone number, so only its code is passed on. */
export function asEarshotError (error: unknown): EarshotError {
  const status = numberIn(error, 'status')
  const code = numberIn(error, 'code')
  if (status === undefined) return new EarshotError(isTimeout(error) ? 'provider_timeout' : 'provider_unavailable', 'Twilio does not answer.')
  if (status === 429) return new EarshotError('provider_rate_limited', 'Twilio refused for now: too many requests.')
  if (status >= 500) return new EarshotError('provider_unavailable', `Twilio failed with HTTP status ${status}.`)
  const refusal = REFUSALS[code ?? 0]
  if (refusal === undefined) return new TwilioRefusal(code ?? status, 'provider_rejected', `Twilio refused the request: error ${code ?? status}.`)
  const { field } = refusal
  return new TwilioRefusal(code ?? status, refusal.code, `${refusal.message} (Twilio's error ${code}.)`, field === undefined ? {} : { field })
}

/** Whether Twilio may have acted all the same: it did not answer, or failed while it did. */
export const isAmbiguous = (error: unknown): boolean => error instanceof EarshotError && (error.code === 'provider_timeout' || error.code === 'provider_unavailable')

/** axios's codes for a request that took too long. */
const isTimeout = (error: unknown): boolean => error instanceof Error && 'code' in error && ['ECONNABORTED', 'ETIMEDOUT'].includes(String(error.code))

export function numberIn (error: unknown, name: 'code' | 'status'): number | undefined {
  const value: unknown = error instanceof Error ? Reflect.get(error, name) : undefined
  return typeof value === 'number' ? value : undefined
}
