import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { systemClock, type Clock } from '../../src/clock.ts'
import { parseConfig } from '../../src/config.ts'
import { openLocalGateway, type LocalGateway } from '../../src/local-gateway.ts'
import { createLog } from '../../src/log.ts'
import type { Providers } from '../../src/providers.ts'
import { runCaller, type CallReport, type CallerStep } from '../../src/replay/caller.ts'
import { knownRecordings } from '../../src/replay/known-recordings.ts'
import { readCallers, type RecordedCaller } from '../../src/replay/recorded-caller.ts'
import { SimulatedLlm, type SimulatedLlmOptions } from '../../src/replay/simulated-llm.ts'
import { SimulatedStt, type SimulatedSttOptions } from '../../src/replay/simulated-stt.ts'
import { SimulatedTts, type SimulatedTtsOptions } from '../../src/replay/simulated-tts.ts'
import type { TwilioPhone } from '../../src/replay/twilio-phone.ts'
import type { NewAgent } from '../../src/store/agents.ts'
import { openVirtualGateway, type VirtualGateway } from '../../src/virtual-gateway.ts'
import { folder } from './folder.ts'

export type ListeningGateway = LocalGateway

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
  /** Of a gateway in real time; left out: an empty one. */
  dataDir?: string
  /** That a gateway in real time is known by the address at which it listens, as a browser needs it. */
  atOwnAddress?: boolean
  /** That its Twilio asks for; left out: a random one. */
  twilioAuthToken?: string
}

export const callers: RecordedCaller[] = await readCallers('fixtures/callers')
export const hear = knownRecordings(callers)

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
    dataDir: folder(t),
    providers: (clock) => simulated(clock, options),
    agent: options.agent ?? {},
    env: options.env ?? {}
  })
  t.teardown(() => gateway.close(0))
  return gateway
}

/** A whole gateway on the embedded store in real time, with a Twilio of its own beside it, that closes itself. */
export const build = async (t: Test, options: BuildOptions = {}): Promise<ListeningGateway> => {
  const config = parseConfig({ VAD: 'energy', LOG_LEVEL: 'silent', ...options.env })
  const gateway = await openLocalGateway({
    config,
    dataDir: options.dataDir ?? folder(t),
    port: 0,
    ...(options.atOwnAddress === true ? {} : { publicUrl: options.env?.['PUBLIC_URL'] ?? 'https://gateway.test' }),
    seed: {
      email: 'owner@example.com',
      passwordHash: '',
      twilioAccountSid: `AC${randomBytes(16).toString('hex')}`,
      twilioAuthToken: options.twilioAuthToken ?? randomBytes(16).toString('hex'),
      agent: options.agent ?? {}
    },
    log: await createLog(config),
    say: () => {},
    providers: simulated(systemClock, options)
  })
  t.teardown(() => gateway.close(0))
  return gateway
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
