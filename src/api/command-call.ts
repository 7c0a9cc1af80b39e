import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { EarshotError } from '../errors.ts'
import { checkDestination } from '../outbound/guard.ts'
import { isBrowserCall, ourNumberOf, type CallRecord } from '../store/calls.ts'
import { E164 } from '../store/record.ts'
import { commandCall, type CallCommand } from '../twilio/call-commands.ts'
import { identityOf } from './authentication.ts'
import { strictBody } from './crud.ts'
import type { ApiOptions } from './deps.ts'
import { idParams } from './lists.ts'
import { checkPhoneNumber } from './phone-number.ts'
import { replies } from './replies.ts'

const tags = ['Calls']
const Whisper = strictBody({ text: Type.String({ minLength: 1, maxLength: 2_000, description: 'An instruction to the agent, such as "Offer a discount of 10 percent."' }) })
const Transfer = strictBody({
  to: E164,
  announcement: Type.Optional(Type.String({ minLength: 1, maxLength: 300, description: 'Spoken to the caller before; left out: nothing is said' }))
})

/** What a user has a live call do, on whatever process it is. */
export const commandCallRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps }) => {
  const { stores } = deps

  const activeCall = async (userId: string, id: string): Promise<CallRecord> => {
    const call = await stores.calls.find(userId, id)
    if (call === undefined) throw new EarshotError('not_found')
    if (call.status !== 'active') throw notLive()
    return call
  }

  const command = async (call: CallRecord, wish: CallCommand) => {
    if (!await commandCall(deps, call, wish)) throw notLive()
    return { success: true as const }
  }

  app.post('/:id/whisper', {
    schema: {
      tags,
      summary: 'Whisper to a call\'s agent',
      description: 'The agent knows it from its next reply on; the caller does not hear it. It stands in the transcript as a turn of the role "system". 409: the call is not live, or is just ending.',
      params: idParams,
      body: Whisper,
      response: replies(200, {})
    }
  }, async (request) => await command(await activeCall(identityOf(request).userId, request.params.id), { type: 'whisper', ...request.body }))

  app.post('/:id/transfer', {
    schema: {
      tags,
      summary: 'Transfer a call',
      description: 'Connects the caller to another number; the agent leaves. Where the calling rules or the do-not-call list refuse the number, it is 403. 409: the call is not live, or is just ending.',
      params: idParams,
      body: Transfer,
      response: replies(200, {})
    }
  }, async (request) => {
    const { userId } = identityOf(request)
    const { to } = request.body
    const call = await activeCall(userId, request.params.id)
    if (isBrowserCall(call)) throw new EarshotError('conflict', 'A call from a browser cannot be transferred.')
    checkPhoneNumber(to, 'to')
    await checkDestination(stores, userId, ourNumberOf(call), to)
    return await command(call, { type: 'transfer', ...request.body })
  })
}

const notLive = (): EarshotError => new EarshotError('conflict', 'This call is not live, or is just ending.')
