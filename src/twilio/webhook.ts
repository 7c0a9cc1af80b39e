import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { EarshotError } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import type { PhoneRecord } from '../store/phones.ts'
import type { Stores } from '../store/stores.ts'
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

/** As much of a request as a webhook's steps read. */
export type WebhookRequest = Pick<FastifyRequest, 'raw' | 'headers' | 'log'> & { body: CallForm }

/** Twilio waits 15 s for TwiML and then tells the caller of an application error (https://www.twilio.com/docs/api/errors/11200). */
const DEADLINE_MS = 8_000

/** The statuses at which a call is over. */
const TERMINAL = new Set(['completed', 'busy', 'failed', 'no-answer', 'canceled'])

export const isOver = ({ CallStatus }: CallForm): boolean => CallStatus !== undefined && TERMINAL.has(CallStatus)

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
