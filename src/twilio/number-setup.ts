import { publicUrl, publicUrlProblem, type Config } from '../config.ts'
import { EarshotError } from '../errors.ts'
import type { PhoneRecord } from '../store/phones.ts'
import type { Stores } from '../store/stores.ts'
import { accountOf } from './account.ts'
import type { NumberSettings, TwilioRest } from './rest.ts'

export interface NumberSetupDeps {
  config: Config
  stores: Stores
  rest: Pick<TwilioRest, 'fetchAccount' | 'findNumber' | 'setNumber'>
}

/** Where a number of Earshot's leads. A trunk or an application would come before the addresses. */
export function wantedSettings (config: Config): NumberSettings {
  const url = (path: string) => `${publicUrl(config)}/twilio/${path}`
  return {
    voiceUrl: url('voice'),
    voiceMethod: 'POST',
    statusCallback: url('status'),
    statusCallbackMethod: 'POST',
    smsUrl: url('sms'),
    smsMethod: 'POST',
    voiceApplicationSid: '',
    smsApplicationSid: '',
    trunkSid: ''
  }
}

/**
 * Makes a number lead to this Earshot.
 * @returns where it led before, to put it back, and where it leads now
 * @throws EarshotError `conflict` when Twilio could not reach PUBLIC_URL or the account has no such number, else as TwilioRest
 */
export async function configureNumber ({ config, stores, rest }: NumberSetupDeps, phone: PhoneRecord): Promise<{ previous: NumberSettings, current: NumberSettings }> {
  const problem = publicUrlProblem(config)
  if (problem !== undefined) throw new EarshotError('conflict', `${problem} Set it to an https:// address that leads here from the internet.`)
  const account = accountOf(stores, phone)
  const number = await rest.findNumber(account, phone.phoneNumber)
  if (number === undefined) throw new EarshotError('conflict', 'The Twilio account has no such number.')
  const { sid, ...previous } = number
  return { previous, current: await rest.setNumber(account, sid, wantedSettings(config)) }
}
