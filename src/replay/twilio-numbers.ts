import type { Form } from './twilio-calls.ts'
import { makeSid } from './twilio-phone.ts'

/** A number that an account has bought, as the API answers it. */
export interface IncomingNumber { sid: string, phone_number: string, [field: string]: string }

/** The numbers of one account and where they lead. */
export class FakeTwilioNumbers {
  readonly all: IncomingNumber[] = []

  /** @param fields what its owner has set already */
  add (phoneNumber: string, fields: Record<string, string> = {}): IncomingNumber {
    const number = {
      sid: makeSid('PN'),
      phone_number: phoneNumber,
      voice_url: 'https://demo.twilio.com/welcome/voice/',
      voice_method: 'POST',
      status_callback: '',
      status_callback_method: 'POST',
      sms_url: 'https://demo.twilio.com/welcome/sms/reply',
      sms_method: 'POST',
      voice_application_sid: '',
      sms_application_sid: '',
      trunk_sid: '',
      ...fields
    }
    this.all.push(number)
    return number
  }

  list (query: Form): IncomingNumber[] {
    // Twilio finds a part of a number as well as the whole of it.
    return this.all.filter(({ phone_number: number }) => query['PhoneNumber'] === undefined || number.includes(String(query['PhoneNumber'])))
  }

  /** Undefined: no such number. Parameters are in PascalCase, fields in snake_case. */
  change (sid: string, form: Form): IncomingNumber | undefined {
    const number = this.all.find((candidate) => candidate.sid === sid)
    if (number === undefined) return undefined
    for (const [name, value] of Object.entries(form)) number[name.replaceAll(/(?<!^)[A-Z]/g, '_$&').toLowerCase()] = String(value)
    return number
  }
}
