import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { systemClock, type Clock } from '../../src/clock.ts'
import { parseConfig, publicUrl } from '../../src/config.ts'
import { openGateway, type Gateway } from '../../src/gateway.ts'
import { createLog } from '../../src/log.ts'
import type { Providers } from '../../src/providers.ts'
import { runCaller, type CallReport, type CallerStep } from '../../src/replay/caller.ts'
import { detour } from '../../src/replay/detour.ts'
import { knownRecordings } from '../../src/replay/known-recordings.ts'
import { readCallers, type RecordedCaller } from '../../src/replay/recorded-caller.ts'
import { CALLER_NUMBER, DEMO_NUMBER, seed } from '../../src/replay/seed.ts'
import { SimulatedLlm, type SimulatedLlmOptions } from '../../src/replay/simulated-llm.ts'
import { SimulatedStt, type SimulatedSttOptions } from '../../src/replay/simulated-stt.ts'
import { SimulatedTts, type SimulatedTtsOptions } from '../../src/replay/simulated-tts.ts'
import { buildTwilioApi } from '../../src/replay/twilio-api.ts'
import { TwilioPhone, type TwilioPhoneOptions } from '../../src/replay/twilio-phone.ts'
import type { NewAgent } from '../../src/store/agents.ts'
import { openVirtualGateway, type VirtualGateway } from '../../src/virtual-gateway.ts'

/** How the simulated providers of a test differ from the defaults. */
export interface SimulatedOptions {
  stt?: Partial<SimulatedSttOptions>
  llm?: Partial<SimulatedLlmOptions>
  tts?: Partial<SimulatedTtsOptions>
}

export interface BuildOptions extends SimulatedOptions {
  agent?: Partial<NewAgent>
  /** By the names of the environment's variables. */
  env?: Record<string, string>
}

export const callers: RecordedCaller[] = await readCallers('fixtures/callers')
const hear = knownRecordings(callers)

/** Providers that know the recorded callers, repeat what they hear, and take as long as those of a cloud. */
export const simulated = (clock: Clock, { stt, llm, tts }: SimulatedOptions = {}) => ({
  stt: new SimulatedStt({ clock, hear, ...stt }),
  llm: new SimulatedLlm({ clock, ...llm }),
  tts: new SimulatedTts({ clock, ...tts })
}) satisfies Providers

/** A recorded caller as a step of a script. */
export const say = (name: string, intoAgentMs?: number): CallerStep => {
  const caller = callers.find((candidate) => candidate.name === name)
  if (caller === undefined) throw new Error(`There is no recorded caller ${name}.`)
  return { do: 'say', audio: caller.audio, label: name, speech: caller.speech, ...(intoAgentMs === undefined ? {} : { intoAgentMs }) }
}

/** A whole gateway in virtual time that closes itself. */
export const buildVirtual = async (t: Test, options: BuildOptions = {}): Promise<VirtualGateway> => {
  const gateway = await openVirtualGateway({
    dataDir: t.testdir(),
    providers: (clock) => simulated(clock, options),
    agent: options.agent ?? {},
    env: options.env ?? {}
  })
  t.teardown(() => gateway.close(0))
  return gateway
}

/** A whole gateway that listens, and phones that call it over real sockets. */
export interface ListeningGateway extends Gateway {
  /** http://127.0.0.1:PORT */
  address: string
  phone (options?: Partial<TwilioPhoneOptions>): TwilioPhone
}

const AUTH_TOKEN = randomBytes(16).toString('hex')
const ACCOUNT_SID = `AC${randomBytes(16).toString('hex')}`

/** A whole gateway on the embedded store in real time, with a Twilio of its own beside it, that closes itself. */
export const build = async (t: Test, options: BuildOptions = {}): Promise<ListeningGateway> => {
  const clock = systemClock
  const phones = new Map<string, TwilioPhone>()
  const twilio = await buildTwilioApi(AUTH_TOKEN, (callSid) => phones.get(callSid))
  const config = parseConfig({
    DATA_DIR: t.testdir(),
    PUBLIC_URL: 'https://gateway.test',
    TWILIO_API_URL: await twilio.listen({ host: '127.0.0.1', port: 0 }),
    VAD: 'energy',
    LOG_LEVEL: 'silent',
    ...options.env
  })
  const gateway = await openGateway(config, { clock, log: await createLog(config), say: () => {}, providers: simulated(clock, options) })
  await seed(gateway.deps.stores, { email: 'owner@example.com', passwordHash: '', phoneNumber: DEMO_NUMBER, twilioAccountSid: ACCOUNT_SID, twilioAuthToken: AUTH_TOKEN, agent: options.agent ?? {} })
  await gateway.app.listen({ host: '127.0.0.1', port: 0 })
  const address = `http://127.0.0.1:${(gateway.app.server.address() as AddressInfo).port}`
  t.teardown(async () => {
    for (const phone of phones.values()) phone.hangUp()
    await gateway.close(0)
    await twilio.close()
  })
  return {
    ...gateway,
    address,
    phone: (given = {}) => {
      const phone = new TwilioPhone({
        clock,
        ...detour(publicUrl(config), address),
        voiceUrl: `${publicUrl(config)}/twilio/voice`,
        from: CALLER_NUMBER,
        to: DEMO_NUMBER,
        accountSid: ACCOUNT_SID,
        authToken: AUTH_TOKEN,
        ...given
      })
      phones.set(phone.callSid, phone)
      return phone
    }
  }
}

/** One call by a script, with all that came of it. */
export const call = async (gateway: VirtualGateway | ListeningGateway, steps: CallerStep[]): Promise<{ report: CallReport, phone: TwilioPhone, transcript: string[] }> => {
  const phone = gateway.phone()
  const { clock, stores, liveCalls } = gateway.deps
  const running = runCaller(clock, phone, steps)
  const report = 'run' in gateway ? await gateway.run(running) : await running
  // The record is complete when the call is no longer live.
  const ended = (async () => { while (liveCalls.live > 0) await new Promise<void>((resolve) => clock.setTimeout(resolve, 10)) })()
  await ('run' in gateway ? gateway.run(ended) : ended)
  const record = await stores.calls.findBySid(phone.callSid)
  return { report, phone, transcript: (record?.transcript ?? []).map(({ role, text, interrupted }) => `${role}: ${text}${interrupted === true ? ' (interrupted)' : ''}`) }
}
