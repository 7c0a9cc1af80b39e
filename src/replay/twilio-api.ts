import formbody from '@fastify/formbody'
import Fastify, { type FastifyInstance } from 'fastify'
import type { FakeTwilioAccount } from './twilio-account.ts'
import type { TwilioPhone } from './twilio-phone.ts'

interface CallParams { accountSid: string, callSid: string }
interface CallForm { Status?: string, Url?: string, Twiml?: string }

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
    return known ? undefined : { status: 401, body: { code: 20003, message: 'Authenticate', status: 401 } }
  }
  account?.routes(app, refusal)
  app.post<{ Params: CallParams, Body: CallForm | undefined }>('/2010-04-01/Accounts/:accountSid/Calls/:callSid.json', async ({ params, body, headers }, reply) => {
    const { accountSid, callSid } = params
    const refused = refusal(headers, accountSid)
    if (refused !== undefined) return await reply.code(refused.status).send(refused.body)
    const phone = phoneOf(callSid)
    if (phone === undefined || phone.ended) return await reply.code(404).send({ code: 20404, message: `The requested resource ${callSid} was not found`, status: 404 })
    const { Status, Url, Twiml } = body ?? {}
    if (Status === 'completed') phone.update({ status: 'completed' })
    else if (Twiml !== undefined) phone.update({ twiml: Twiml })
    else if (Url !== undefined) phone.update({ url: Url })
    else return await reply.code(400).send({ code: 21218, message: 'Url or Twiml parameter is required', status: 400 })
    return { sid: callSid, account_sid: accountSid, status: phone.ended ? 'completed' : 'in-progress' }
  })
  return app
}
