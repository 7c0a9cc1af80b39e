import type { Test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { createMetrics } from '../../src/metrics.ts'
import { runCaller, type CallerStep } from '../../src/replay/caller.ts'
import { DEMO_NUMBER } from '../../src/replay/seed.ts'
import { settled } from '../../src/replay/settled-stores.ts'
import { sleep } from '../../src/sleep.ts'
import type { FakeTwilioAccount } from '../../src/replay/twilio-account.ts'
import type { Callback, PlacedCall } from '../../src/replay/twilio-calls.ts'
import type { TwilioPhone, TwilioPhoneOptions } from '../../src/replay/twilio-phone.ts'
import { requestTwiml } from '../../src/replay/webhook.ts'
import { Answerer } from '../../src/sms/answerer.ts'
import { Messenger } from '../../src/sms/messenger.ts'
import type { CallRecord } from '../../src/store/calls.ts'
import { TwilioRest } from '../../src/twilio/rest.ts'
import { openVirtualGateway, type VirtualGateway } from '../../src/virtual-gateway.ts'
import { simulated, type BuildOptions } from './build.ts'
import { folder } from './folder.ts'
import { listenTwilio } from './twilio.ts'

const AUTH_TOKEN = '0123456789abcdef0123456789abcdef'
/** A phone rings for so long before somebody takes it up. */
const RINGING_MS = 4_000

/** Both ends of the telephone network around a gateway in virtual time. */
export interface TelephoneNetwork {
  gateway: VirtualGateway
  account: FakeTwilioAccount
  userId: string
  phoneNumberId: string
  /** The user's requests to the API. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test looks at whatever came back
  api: (method: 'GET' | 'POST' | 'PATCH', url: string, body?: object) => Promise<any>
  /** Twilio asks a webhook; requests of the gateway's REST client that it causes are over then. */
  tell: (...callbacks: Callback[]) => Promise<void>
  /**
   * The call that was placed last rings, and somebody or something takes it up and follows a script; without one, listens to the end.
   * @param detected what Twilio makes out of whoever answered, and so long after the answer
   */
  takeUp: (steps?: CallerStep[], options?: Partial<TwilioPhoneOptions> & { detected?: { answeredBy: string, afterMs: number } }) => Promise<{ phone: TwilioPhone, record: CallRecord | undefined }>
  /** Somebody calls the gateway's number. */
  call: (from: string, steps: CallerStep[]) => Promise<{ phone: TwilioPhone, record: CallRecord | undefined }>
  /** Somebody writes to the gateway's number, and an agent answers or does not. */
  text: (from: string, body: string) => Promise<void>
}

/** A whole gateway with Twilio's REST API on a real socket, the `twilio` package between them, and phones that its calls make ring. */
export const buildNetwork = async (t: Test, options: BuildOptions = {}): Promise<TelephoneNetwork> => {
  const clock = new VirtualClock()
  const phones = new Map<string, TwilioPhone>()
  const { url, account } = await listenTwilio(t, clock, AUTH_TOKEN, (callSid) => phones.get(callSid))
  const gateway = await openVirtualGateway({
    dataDir: folder(t),
    clock,
    rest: settled(new TwilioRest(url), clock),
    twilioAuthToken: AUTH_TOKEN,
    providers: (clock) => simulated(clock, options),
    agent: options.agent ?? {},
    env: options.env ?? {}
  })
  t.teardown(() => gateway.close(0))
  const { stores, log } = gateway.deps
  const phone = await stores.phones.findActiveByNumber(DEMO_NUMBER)
  const userId = phone?.userId ?? ''
  await stores.apiKeys.create(userId, { name: 'k', secret: 'secret_of_owner' })
  const tell = async (...callbacks: Callback[]) => {
    for (const { url: target, form } of callbacks) await requestTwiml(gateway.post, target, AUTH_TOKEN, { AccountSid: gateway.account.accountSid, ...form })
  }

  const takeUp: TelephoneNetwork['takeUp'] = async (steps, { detected, ...over } = {}) => {
    const placed = account.calls.at(-1) as PlacedCall
    const goes = async (status: string) => { await tell(...account.phoneCalls.progress(placed, status)) }
    const detect = async () => {
      if (detected === undefined) return
      await sleep(clock, detected.afterMs)
      await tell(...account.phoneCalls.detect(placed, detected.answeredBy))
    }
    const goThrough = async () => {
      await goes('initiated')
      await goes('ringing')
      await sleep(clock, RINGING_MS)
      await goes('in-progress')
      const phone = gateway.phone({ callSid: placed.sid, voiceUrl: placed.url, from: placed.from, to: placed.to, direction: 'outbound-api', ...over })
      phones.set(placed.sid, phone)
      await Promise.all([steps === undefined ? phone.call() : runCaller(clock, phone, steps), detect()])
      await goes('completed')
      await ended()
      return phone
    }
    const phone = await gateway.run(goThrough())
    return { phone, record: await stores.calls.findBySid(placed.sid) }
  }

  /** The record of a call is complete when it is no longer live. */
  const ended = async () => { while (gateway.deps.liveCalls.live > 0) await sleep(clock, 10) }

  return {
    gateway,
    account,
    userId,
    phoneNumberId: phone?._id ?? '',
    tell,
    takeUp,
    async call (from, steps) {
      const phone = gateway.phone({ from })
      phones.set(phone.callSid, phone)
      await gateway.run(runCaller(clock, phone, steps))
      await gateway.run(ended())
      return { phone, record: await stores.calls.findBySid(phone.callSid) }
    },
    async api (method, url, body) {
      const asking = gateway.app.inject({ method, url, headers: { authorization: 'Bearer secret_of_owner' }, ...(body === undefined ? {} : { body }) })
      return (await gateway.run(Promise.resolve(asking))).json()
    },
    async text (from, body) {
      await tell({ url: 'http://gateway.test/twilio/sms', form: account.texts.receive({ from, to: DEMO_NUMBER, body }) })
      await clock.advance(2_000)
      await gateway.run(new Answerer({ ...gateway.deps, messenger: new Messenger(gateway.deps), metrics: createMetrics(), log }).work())
    }
  }
}
