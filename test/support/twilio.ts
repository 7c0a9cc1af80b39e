import type { Test } from 'tap'
import type { Clock } from '../../src/clock.ts'
import { buildTwilioApi } from '../../src/replay/twilio-api.ts'
import { FakeTwilioAccount } from '../../src/replay/twilio-account.ts'
import type { TwilioPhone } from '../../src/replay/twilio-phone.ts'
import { buildApi, PHONE, type Api } from './api.ts'

/** Twilio's REST API over the network, and what was made over it. @param phoneOf the phone that carries a call out, where there is one */
export const listenTwilio = async (t: Test, clock: Pick<Clock, 'now'>, authToken: string, phoneOf: (callSid: string) => TwilioPhone | undefined = () => undefined): Promise<{ url: string, account: FakeTwilioAccount }> => {
  const account = new FakeTwilioAccount(clock)
  const api = await buildTwilioApi(authToken, phoneOf, account)
  t.teardown(() => api.close())
  return { url: await api.listen({ host: '127.0.0.1', port: 0 }), account }
}

/** The API in front of such a Twilio, whose time is the API's. */
export const buildApiWithTwilio = async (t: Test): Promise<{ api: Api, account: FakeTwilioAccount }> => {
  const late: { api?: Api } = {}
  const { url, account } = await listenTwilio(t, { now: () => late.api?.clock.now() ?? 0 }, PHONE.twilioAuthToken)
  const api = late.api = await buildApi(t, { TWILIO_API_URL: url }, undefined, { holdTime: true })
  return { api, account }
}
