import { randomBytes } from 'node:crypto'
import type { HttpFetch } from '../call/tools/http-tool.ts'
import type { Clock } from '../clock.ts'
import { publicUrl, publicUrlProblem, streamUrl } from '../config.ts'
import { EarshotError } from '../errors.ts'
import type { TryWebSocket } from '../safe-fetch.ts'
import type { PhoneRecord } from '../store/phones.ts'
import { accountOf } from './account.ts'
import { wantedSettings, type NumberSetupDeps } from './number-setup.ts'
import type { FetchedAccount, NumberSettings } from './rest.ts'
import { TwilioRefusal } from './rest-errors.ts'

export const CHECKS = ['credentials', 'clock', 'number', 'voice_url', 'status_url', 'sms_url', 'public_url', 'reachable', 'websocket', 'answered'] as const

export interface NumberCheck {
  name: typeof CHECKS[number]
  ok: boolean
  /** What was found, in a sentence. */
  found: string
  /** What to do, in a sentence, where something is wrong. */
  advice?: string
  /** Of an address: what is set at Twilio, and what should be. */
  actual?: string
  expected?: string
}

export interface NumberCheckDeps extends NumberSetupDeps {
  clock: Clock
  /** How the public internet is reached. */
  fetch: HttpFetch
  tryWebSocket: TryWebSocket
}

/** Twilio gives up a webhook after 15 s; what takes this long is as good as away. */
const TIMEOUT_MS = 8_000
/** Placed calls are looked up in Twilio's list by the time, within a minute. */
const MAX_SKEW_MS = 30_000
const MAX_PROOF_BYTES = 1_000

/**
 * Finds out why calls and texts might not reach Earshot; changes nothing. What cannot be looked at before something else is put right is left out.
 */
export async function checkNumber (deps: NumberCheckDeps, phone: PhoneRecord): Promise<NumberCheck[]> {
  const [atTwilio, here, answered] = await Promise.all([checkTwilio(deps, phone), checkPublicUrl(deps), checkAnswered(deps, phone)])
  return [...atTwilio, ...here, answered]
}

async function checkTwilio (deps: NumberCheckDeps, phone: PhoneRecord): Promise<NumberCheck[]> {
  const { config, stores, rest, clock } = deps
  const account = accountOf(stores, phone)
  let found: FetchedAccount
  try {
    found = await rest.fetchAccount(account)
  } catch (error) {
    if (error instanceof EarshotError && error.retryable) return [wrong('credentials', error.message, 'Try again later; see https://status.twilio.com, and TWILIO_API_URL if it is set.')]
    if (!(error instanceof TwilioRefusal)) throw error
    return [wrong('credentials', error.message, 'Copy the account SID and the auth token anew from the Twilio console into this phone number.')]
  }
  if (found.status !== 'active') return [wrong('credentials', `The Twilio account is ${found.status}.`, 'Ask Twilio what is wrong with the account; it carries no calls like this.')]
  const checks = [right('credentials', 'Twilio accepts the account SID and the auth token.'), ...checkClock(found, clock.now())]
  const number = await rest.findNumber(account, phone.phoneNumber)
  if (number === undefined) return [...checks, wrong('number', 'The Twilio account has no such number.', 'Buy the number or move it into this account, or name the account that has it.')]
  return [...checks, right('number', 'The Twilio account has the number.'), ...checkUrls(number, wantedSettings(config))]
}

function checkClock ({ time }: FetchedAccount, nowMs: number): NumberCheck[] {
  if (time === undefined) return []
  const seconds = Math.round((nowMs - time.getTime()) / 1000)
  const found = `This server's clock and Twilio's are ${Math.abs(seconds)} seconds apart.`
  return [Math.abs(seconds) * 1000 <= MAX_SKEW_MS ? right('clock', found) : wrong('clock', found, 'Let the server keep its clock by NTP.')]
}

function checkUrls (actual: NumberSettings, wanted: NumberSettings): NumberCheck[] {
  const set = 'Set it in the Twilio console, or let Earshot do it (configure).'
  const check = (name: NumberCheck['name'], what: string, url: [string, string], methods: [string, string], before: Array<[string, string]>): NumberCheck => {
    const urls = { actual: url[0], expected: url[1] }
    const [instead] = before.filter(([, sid]) => sid !== '')
    if (instead !== undefined) return { ...wrong(name, `Twilio asks ${instead[0]} instead of an address.`, `Take ${instead[0]} off the number, or let Earshot do it (configure).`), ...urls }
    if (url[0] === '') return { ...wrong(name, `Nobody is asked about ${what}.`, set), ...urls }
    if (url[0] !== url[1]) return { ...wrong(name, `Another address is asked about ${what}.`, set), ...urls }
    if (methods[0] !== methods[1]) return { ...wrong(name, `The address of ${what} is asked by ${methods[0]}.`, `Let it be ${methods[1]} in the Twilio console, or let Earshot do it (configure).`), ...urls }
    return { ...right(name, `Earshot is asked about ${what}.`), ...urls }
  }
  const trunk: [string, string] = ['a SIP trunk', actual.trunkSid]
  return [
    check('voice_url', 'calls', [actual.voiceUrl, wanted.voiceUrl], [actual.voiceMethod, wanted.voiceMethod], [trunk, ['a TwiML app', actual.voiceApplicationSid]]),
    check('status_url', 'the status of calls', [actual.statusCallback, wanted.statusCallback], [actual.statusCallbackMethod, wanted.statusCallbackMethod], [trunk, ['a TwiML app', actual.voiceApplicationSid]]),
    check('sms_url', 'text messages', [actual.smsUrl, wanted.smsUrl], [actual.smsMethod, wanted.smsMethod], [['a TwiML app', actual.smsApplicationSid]])
  ]
}

async function checkPublicUrl (deps: NumberCheckDeps): Promise<NumberCheck[]> {
  const problem = publicUrlProblem(deps.config)
  if (problem !== undefined) return [wrong('public_url', problem, 'Set it to an https:// address that leads here from the internet.')]
  const url = right('public_url', 'PUBLIC_URL is an https:// address.')
  const reachable = await checkReachable(deps)
  return reachable.ok ? [url, reachable, await checkWebSocket(deps)] : [url, reachable]
}

/** That something answers proves nothing: it must have this Earshot's key. */
async function checkReachable ({ config, stores, fetch, clock }: NumberCheckDeps): Promise<NumberCheck> {
  const nonce = randomBytes(16).toString('hex')
  const advice = 'Look at the DNS name, the certificate, the firewall and the reverse proxy, which must pass everything on to Earshot.'
  try {
    const { status, body } = await within(clock, async (signal) =>
      await fetch({ method: 'GET', url: `${publicUrl(config)}/twilio/hello?nonce=${nonce}`, headers: {}, maxBytes: MAX_PROOF_BYTES }, signal))
    if (status === 200 && stores.isProof(nonce, body)) return right('reachable', 'PUBLIC_URL leads to this Earshot.')
    return wrong('reachable', `PUBLIC_URL is answered, with HTTP status ${status}, by something else than this Earshot.`, advice)
  } catch (error) {
    return wrong('reachable', `${reasonOf(error, 'PUBLIC_URL')} It was tried from this server.`, advice)
  }
}

async function checkWebSocket ({ config, tryWebSocket, clock }: NumberCheckDeps): Promise<NumberCheck> {
  try {
    await within(clock, async (signal) => await tryWebSocket(streamUrl(config), signal))
    return right('websocket', 'Media streams can be opened.')
  } catch (error) {
    return wrong('websocket', `A websocket cannot be opened at /twilio/media. ${reasonOf(error, 'It')}`,
      'Let the reverse proxy pass on websockets (HTTP/1.1 with the headers Upgrade and Connection).')
  }
}

async function checkAnswered ({ stores: { agents } }: NumberCheckDeps, { phoneNumber, isActive, userId }: PhoneRecord): Promise<NumberCheck> {
  if (!isActive) return wrong('answered', 'The number is switched off here.', 'Set isActive.')
  const agent = await agents.findActiveIncoming(phoneNumber)
  if (agent?.userId !== userId) return wrong('answered', 'No agent answers the number.', 'Make an active agent of the direction "incoming" with this number.')
  return right('answered', `The agent "${agent.name}" answers the number.`)
}

function reasonOf (error: unknown, what: string): string {
  if (!(error instanceof EarshotError)) throw error
  if (error.code === 'forbidden') return `${what} leads to an address that is not on the public internet.`
  return error.code === 'provider_timeout' ? `${what} did not answer in ${TIMEOUT_MS / 1000} seconds.` : `${what} could not be reached.`
}

async function within<T> (clock: Clock, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController()
  const timer = clock.setTimeout(() => limit.abort(new EarshotError('provider_timeout')), TIMEOUT_MS)
  try {
    return await work(limit.signal)
  } finally {
    timer.cancel()
  }
}

const right = (name: NumberCheck['name'], found: string): NumberCheck => ({ name, ok: true, found })
const wrong = (name: NumberCheck['name'], found: string, advice: string): NumberCheck => ({ name, ok: false, found, advice })
