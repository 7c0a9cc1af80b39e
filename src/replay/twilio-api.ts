import formbody from '@fastify/formbody'
import Fastify, { type FastifyInstance } from 'fastify'
import type { FakeTwilioAccount } from './twilio-account.ts'
import { callBody } from './twilio-calls.ts'
import type { TwilioPhone } from './twilio-phone.ts'

interface CallParams { accountSid: string, callSid: string }
interface CallForm { Status?: string, Url?: string, Twiml?: string }

const CALL = '/2010-04-01/Accounts/:accountSid/Calls/:callSid.json'

/**
 * The part of Twilio's REST API by which a gateway ends and changes live calls, and with an account makes new ones: what TWILIO_API_URL names instead of Twilio when the call is a replay
 * (https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource).
 * @param phoneOf the phone whose call has this sid
 * @param account makes calls and sends messages
 */
export const buildTwilioApi = async (authToken: string, phoneOf: (callSid: string) => TwilioPhone | undefined, account?: FakeTwilioAccount): Promise<FastifyInstance> => {
  const app = Fastify()
  await app.register(formbody)
  const refusal = (headers: Record<string, unknown>, accountSid: string) => {
    const known = headers['authorization'] === `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
    return known ? account?.tooMany() : { status: 401, body: { code: 20003, message: 'Authenticate', status: 401 } }
  }
  const notFound = (callSid: string) => ({ code: 20404, message: `The requested resource ${callSid} was not found`, status: 404 })
  account?.routes(app, refusal)
  app.get<{ Params: CallParams }>(CALL, async ({ params: { accountSid, callSid }, headers }, reply) => {
    const refused = refusal(headers, accountSid)
    if (refused !== undefined) return await reply.code(refused.status).send(refused.body)
    const phone = phoneOf(callSid)
    if (phone !== undefined) return { sid: callSid, status: phone.ended ? 'completed' : 'in-progress', end_time: null, duration: String(Math.ceil(phone.elapsedMs / 1000)) }
    const call = account?.phoneCalls.find(callSid)
    return call === undefined ? await reply.code(404).send(notFound(callSid)) : callBody(call)
  })
  app.post<{ Params: CallParams, Body: CallForm | undefined }>(CALL, async ({ params, body, headers }, reply) => {
    const { accountSid, callSid } = params
    const refused = refusal(headers, accountSid)
    if (refused !== undefined) return await reply.code(refused.status).send(refused.body)
    const { Status, Url, Twiml } = body ?? {}
    if (Status !== 'completed' && Url === undefined && Twiml === undefined) return await reply.code(400).send({ code: 21218, message: 'Url or Twiml parameter is required', status: 400 })
    const phone = phoneOf(callSid)
    const updated = phone === undefined ? account?.update(callSid, { Status, Url, Twiml }) : phone.update(Twiml !== undefined ? { twiml: Twiml } : Url !== undefined ? { url: Url } : { status: 'completed' })
    if (updated !== true) return await reply.code(404).send(notFound(callSid))
    return { sid: callSid, account_sid: accountSid, status: Status === 'completed' ? 'completed' : 'in-progress' }
  })
  return app
}
