import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { EarshotError } from '../errors.ts'
import { isBrowserCall } from '../store/calls.ts'
import { accountOfCall } from '../twilio/account-of-call.ts'
import { identityOf } from './authentication.ts'
import { Call } from './calls.ts'
import type { ApiOptions } from './deps.ts'
import { idParams } from './lists.ts'
import { replies } from './replies.ts'

/** What a user does with a call while it lasts, on whatever process it is: Twilio is asked. */
export const endCallRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps: { stores, rest, clock, liveCalls } }) => {
  app.post('/:id/end', {
    schema: {
      tags: ['Calls'],
      summary: 'End a call',
      description: 'Hangs up at once. A call that is over already stays as it is.',
      params: idParams,
      response: replies(200, { call: Call })
    }
  }, async (request) => {
    const { userId } = identityOf(request)
    const { calls } = stores
    const call = await calls.find(userId, request.params.id)
    if (call === undefined) throw new EarshotError('not_found')
    if (call.status === 'completed') return { success: true as const, call }
    if (isBrowserCall(call)) {
      await liveCalls.find(call.call_sid)?.close('ended_by_user')
      return { success: true as const, call: await calls.complete(call.call_sid, { end_time: new Date(clock.now()), end_reason: 'ended_by_user' }) ?? call }
    }
    const account = await accountOfCall(stores, call)
    if (account === undefined) throw new EarshotError('conflict', 'The phone number of this call is gone.')
    await rest.completeCall(account, call.call_sid)
    const ended = await calls.complete(call.call_sid, { end_time: new Date(clock.now()), end_reason: 'ended_by_user' })
    return { success: true as const, call: ended ?? call }
  })
}
