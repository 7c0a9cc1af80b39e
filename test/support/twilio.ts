import type { Test } from 'tap'
import type { Clock } from '../../src/clock.ts'
import { buildTwilioApi } from '../../src/replay/twilio-api.ts'
import { FakeTwilioAccount } from '../../src/replay/twilio-account.ts'

/** Twilio's REST API over the network, and what was made over it. */
export const listenTwilio = async (t: Test, clock: Pick<Clock, 'now'>, authToken: string): Promise<{ url: string, account: FakeTwilioAccount }> => {
  const account = new FakeTwilioAccount(clock)
  const api = await buildTwilioApi(authToken, () => undefined, account)
  t.teardown(() => api.close())
  return { url: await api.listen({ host: '127.0.0.1', port: 0 }), account }
}
