import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { CallRecord } from '../store/calls.ts'
import { isAnsweredBy } from '../store/carrier.ts'
import { accountOfCall } from '../twilio/account.ts'
import type { TwilioRest } from '../twilio/rest.ts'
import { makeStreamToken } from '../twilio/stream-token.ts'
import { connectCall } from '../twilio/voice.ts'
import { signedForm, verifiedCall, type WebhookDeps } from '../twilio/webhook.ts'
import { reactionTo } from './machine-detection.ts'

export type AnsweredByDeps = WebhookDeps & { rest: Pick<TwilioRest, 'updateCall' | 'completeCall'> }

/** What Twilio tells when it has made out who answered (https://www.twilio.com/docs/voice/answering-machine-detection#asyncamdstatuscallback). */
const answeredByForm = Type.Object({ ...signedForm.properties, AnsweredBy: Type.String({ maxLength: 64 }) })

/** A call is connected anew for its voicemail message; one that was cut off as often as this is given up. */
const MAX_STREAMS = 4

/** POST /twilio/answered-by: a person, a machine or a fax has answered a call that we placed. It may reach any process, whichever carries the call. */
export const answeredByRoute: FastifyPluginAsyncTypebox<AnsweredByDeps> = async (app, deps) => {
  app.post('/twilio/answered-by', { schema: { hide: true, body: answeredByForm } }, async (request, reply) => {
    const { CallSid, AnsweredBy } = request.body
    const call = await verifiedCall(deps, request)
    if (!isAnsweredBy(AnsweredBy) || !await deps.stores.calls.noteAnsweredBy(CallSid, AnsweredBy)) return await reply.code(204).send()
    const agent = await deps.stores.agents.findAny(call.agent_id)
    const reaction = agent === undefined ? 'continue' : reactionTo(AnsweredBy, agent)
    request.log.info({ answeredBy: AnsweredBy, reaction }, 'it is known who answered')
    if (reaction === 'hang_up') await hangUp(deps, call)
    if (reaction === 'leave_message') await leaveMessage(deps, call)
    return await reply.code(204).send()
  })
}

/** The record first: what it says of the end counts over what the media stream makes of it. */
async function hangUp ({ stores, rest, clock }: AnsweredByDeps, call: CallRecord): Promise<void> {
  const account = await accountOfCall(stores, call)
  await stores.calls.complete(call.call_sid, { end_time: new Date(clock.now()), end_reason: 'answering_machine' })
  if (account !== undefined) await rest.completeCall(account, call.call_sid)
}

/** Ends the stream in which the agent talks to the machine, wherever it is, and opens one in which the message is left. */
async function leaveMessage ({ config, stores, rest, clock }: AnsweredByDeps, call: CallRecord): Promise<void> {
  const account = await accountOfCall(stores, call)
  const { token, hash, expiresAt } = makeStreamToken(clock)
  if (account === undefined || await stores.calls.resume(call.call_sid, hash, expiresAt, MAX_STREAMS) === undefined) return
  await rest.updateCall(account, call.call_sid, { twiml: connectCall(config, token) })
}
