import { randomBytes } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import { Phrases } from './call/phrases.ts'
import { VirtualClock } from './clock.ts'
import { parseConfig, publicUrl, type Config } from './config.ts'
import { openGateway, type Gateway } from './gateway.ts'
import { createLog } from './log.ts'
import type { Providers } from './providers.ts'
import { CALLER_NUMBER, DEMO_NUMBER, seed } from './replay/seed.ts'
import type { TapeHeader } from './replay/tape.ts'
import { settledStores } from './replay/settled-stores.ts'
import { socketPair } from './replay/transport.ts'
import { TwilioPhone, type TwilioPhoneOptions } from './replay/twilio-phone.ts'
import { holdingTime, runVirtually } from './replay/virtual-time.ts'
import type { HttpPost } from './replay/webhook.ts'
import type { NewAgent } from './store/agents.ts'
import { openStores } from './store/open.ts'
import type { Stores } from './store/stores.ts'
import { acceptMediaStream } from './twilio/media-stream.ts'
import type { StreamRecorder } from './twilio/stream-recorder.ts'
import { TwilioRest, type CallUpdate, type FetchedCall, type TwilioAccount } from './twilio/rest.ts'

export interface VirtualGatewayOptions {
  /** An empty folder for the database. */
  dataDir: string
  providers: (clock: VirtualClock) => Providers
  /** In place of phrases made by the providers' voice. */
  phrases?: (clock: VirtualClock) => Phrases
  /** Over the default agent. */
  agent?: Partial<NewAgent>
  /** Over the configuration, by the names of the environment's variables. */
  env?: Record<string, string>
  clock?: VirtualClock
  /** In place of a database of its own, on the same clock. */
  stores?: Stores
  /** In place of the phones' own end of Twilio's REST API, which only changes their calls. */
  rest?: TwilioRest
  /** Of the phone; random when left out. */
  twilioAuthToken?: string
  /** In place of tapes and recordings in the data folder. */
  recorder?: StreamRecorder
  /** What was said in the earlier streams of a call that was resumed. */
  past?: TapeHeader['past']
  /** Left out: nothing is logged. */
  log?: FastifyBaseLogger
}

/** A whole gateway in virtual time, with one user, one phone and one agent, and phones that call it. */
export interface VirtualGateway extends Gateway {
  clock: VirtualClock
  /** Whose calls they are. */
  account: TwilioAccount
  /** How Twilio asks the webhooks. */
  post: HttpPost
  /** A new call that has not been made yet. */
  phone (options?: Partial<TwilioPhoneOptions>): TwilioPhone
  /** Lets time pass until the work is done. @throws {Error} when it is not done after LONGEST_RUN_MS */
  run<Result> (work: Promise<Result>): Promise<Result>
}

/** Longer than the longest call, whose own limit is an hour. */
const LONGEST_RUN_MS = 2 * 3_600_000

/**
 * Opens a gateway as production has it: the same app, webhook, stream handler and stores. Only time, providers, and Twilio's ends of the socket
 * and of the REST API are this process's own; speech is told from silence by level, since the network's worker thread has a time of its own.
 */
export async function openVirtualGateway ({ dataDir, providers: makeProviders, phrases, agent, env, clock = new VirtualClock(), stores: shared, rest, twilioAuthToken = randomBytes(16).toString('hex'), recorder, past = [], log: given }: VirtualGatewayOptions): Promise<VirtualGateway> {
  const config = parseConfig({ DATA_DIR: dataDir, PUBLIC_URL: 'http://gateway.test', VAD: 'energy', LOG_LEVEL: 'silent', ...env })
  const log = given ?? await createLog(config)
  const stores = shared ?? settledStores(await openStores({ dataDir, clock }), clock)
  const providers = makeProviders(clock)
  const phones = new Map<string, TwilioPhone>()
  const gateway = await openGateway(config, { clock, log, say: () => {}, stores, providers, phrases: phrases?.(clock) ?? new Phrases(providers.tts), rest: rest ?? new RestOfPhones(config, phones), ...(recorder && { recorder }) })
  const twilioAccountSid = `AC${randomBytes(16).toString('hex')}`
  await seed(stores, { email: 'owner@example.com', passwordHash: '', phoneNumber: DEMO_NUMBER, twilioAccountSid, twilioAuthToken, agent: agent ?? {} })

  const post: HttpPost = holdingTime(clock, async (url, headers, payload) => {
    const { pathname, search } = new URL(url)
    const { statusCode, headers: answered, body } = await gateway.app.inject({ method: 'POST', url: pathname + search, headers, payload })
    return { status: statusCode, contentType: String(answered['content-type']), body }
  })
  return {
    ...gateway,
    clock,
    account: { accountSid: twilioAccountSid, authToken: twilioAuthToken },
    post,
    phone: (options = {}) => {
      const phone = new TwilioPhone({
        clock,
        post,
        connect: async () => {
          for (const [i, turn] of past.entries()) await stores.calls.appendTurn(phone.callSid, i, { ...turn, timestamp: new Date(turn.timestamp) })
          const pair = socketPair()
          acceptMediaStream(pair.gateway, gateway.deps)
          return pair.phone
        },
        voiceUrl: `${publicUrl(config)}/twilio/voice`,
        from: CALLER_NUMBER,
        to: DEMO_NUMBER,
        accountSid: twilioAccountSid,
        authToken: twilioAuthToken,
        ...options
      })
      phones.set(phone.callSid, phone)
      return phone
    },
    run: async (work) => await runVirtually(clock, work, LONGEST_RUN_MS),
    close: async (graceMs) => await runVirtually(clock, gateway.close(graceMs), LONGEST_RUN_MS)
  }
}

/** Twilio's REST API, when the phones are in this process. */
class RestOfPhones extends TwilioRest {
  readonly #phones: Map<string, TwilioPhone>

  constructor (config: Config, phones: Map<string, TwilioPhone>) {
    super(config.TWILIO_API_URL)
    this.#phones = phones
  }

  override async updateCall (_account: TwilioAccount, callSid: string, update: CallUpdate): Promise<boolean> {
    return this.#phones.get(callSid)?.update(update) ?? false
  }

  override async fetchCall (_account: TwilioAccount, callSid: string): Promise<FetchedCall | undefined> {
    const phone = this.#phones.get(callSid)
    return phone && { status: phone.ended ? 'completed' : 'in-progress' }
  }
}
