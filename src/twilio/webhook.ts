import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { EarshotError } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import type { CallRecord } from '../store/calls.ts'
import type { PhoneRecord } from '../store/phones.ts'
import type { Stores } from '../store/stores.ts'
import { phoneOfCall } from './account.ts'
import type { LiveCalls } from './live-calls.ts'
import { isSignedWebhook } from './signature.ts'
import { TWIML_TYPE } from './twiml.ts'
import type { AgentWarmer } from './warm-agents.ts'

/** What the webhooks of a call need of the rest of Earshot. */
export interface WebhookDeps {
  config: Config
  clock: Clock
  stores: Stores
  liveCalls: LiveCalls
  metrics: Metrics
  warmer: AgentWarmer
}

/**
 * The fields Earshot reads of those that every voice webhook brings (https://www.twilio.com/docs/voice/twiml#request-parameters).
 * Without defaults: Twilio signs the fields as it sent them.
 */
export const callFormSchema = Type.Object({
  CallSid: Type.String({ pattern: '^CA[0-9A-Za-z]{2,62}$' }),
  AccountSid: Type.String({ maxLength: 64 }),
  From: Type.Optional(Type.String({ maxLength: 1000, description: 'E.164, a SIP address, "anonymous", or nothing' })),
  To: Type.String({ maxLength: 1000 }),
  Direction: Type.Optional(Type.String({ maxLength: 64 })),
  CallStatus: Type.Optional(Type.String({ maxLength: 64 }))
})
export type CallForm = Static<typeof callFormSchema>

/** What every callback of Twilio's about a call brings. */
export const signedForm = Type.Object({ CallSid: callFormSchema.properties.CallSid, AccountSid: callFormSchema.properties.AccountSid })

/** As much of a request as a webhook's steps read. */
type SignedRequest = Pick<FastifyRequest, 'raw' | 'headers' | 'log'> & { body: Static<typeof signedForm> }
export type WebhookRequest = SignedRequest & { body: CallForm }

/** Twilio waits 15 s for TwiML and then tells the caller of an application error (https://www.twilio.com/docs/api/errors/11200). */
const DEADLINE_MS = 8_000

/** Forms have numbers as text. */
export const numberIn = (text: string | undefined): number | undefined => text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined

/** The registered number's end of the call. */
const ourNumber = ({ Direction, From, To }: CallForm): string => Direction?.startsWith('outbound') === true ? From ?? '' : To

/** The active registration of the number that the call is on. */
export async function findPhone ({ stores }: WebhookDeps, form: CallForm): Promise<PhoneRecord | undefined> {
  return await stores.phones.findActiveByNumber(ourNumber(form))
}

/**
 * Makes sure that Twilio sent this, for the account that the phone belongs to.
 * @throws EarshotError `bad_signature`
 */
export function verifyWebhook ({ config, stores }: Pick<WebhookDeps, 'config' | 'stores'>, request: Pick<FastifyRequest, 'raw' | 'headers'> & { body: { AccountSid: string } }, phone: PhoneRecord): void {
  const signed = isSignedWebhook(config, {
    header: request.headers['x-twilio-signature'],
    authToken: stores.phones.decryptAuthToken(phone)
  }, request.raw.url ?? '', request.body)
  if (!signed || request.body.AccountSid !== phone.twilioAccountSid) throw new EarshotError('bad_signature')
}

/**
 * The call that a callback without the numbers is about, when Twilio sent it for the account of that call's phone.
 * @throws EarshotError `bad_signature`, also when there is no such call
 */
export async function verifiedCall (deps: WebhookDeps, request: SignedRequest): Promise<CallRecord> {
  const call = await deps.stores.calls.findBySid(request.body.CallSid)
  const phone = call && await phoneOfCall(deps.stores, call)
  if (call === undefined || phone === undefined) throw new EarshotError('bad_signature')
  verifyWebhook(deps, request, phone)
  return call
}

/**
 * The work, or an error while Twilio still listens.
 * @throws EarshotError `store_unavailable` when it takes too long
 */
export async function inTime<T> (clock: Clock, work: Promise<T>): Promise<T> {
  return await new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => reject(new EarshotError('store_unavailable')), DEADLINE_MS)
    work.then(resolve, reject).finally(() => timer.cancel())
  })
}

export const sendTwiml = (reply: FastifyReply, twiml: string): FastifyReply => reply.type(TWIML_TYPE).send(twiml)
