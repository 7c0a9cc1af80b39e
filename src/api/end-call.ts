import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { EarshotError } from '../errors.ts'
import { isBrowserCall, type CallRecord } from '../store/calls.ts'
import { accountOfCall } from '../twilio/account.ts'
import { commandCall } from '../twilio/call-commands.ts'
import { identityOf } from './authentication.ts'
import { Call } from './calls.ts'
import type { ApiOptions } from './deps.ts'
import { idParams } from './lists.ts'
import { replies } from './replies.ts'

/** What a user does with a call while it lasts, on whatever process it is: Twilio is asked, or for a browser's call the process that carries it. */
export const endCallRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps }) => {
  const { stores, rest, clock } = deps
  const complete = async (call: CallRecord): Promise<CallRecord> =>
    await stores.calls.complete(call.call_sid, { end_time: new Date(clock.now()), end_reason: 'ended_by_user' }) ?? call

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
      // Without a token its stream has begun, here or elsewhere.
      if (call.stream_token_hash === undefined) {
        await commandCall(deps, call, { type: 'end' })
        return { success: true as const, call: await complete(call) }
      }
      const ended = await complete(call)
      // Now it will not begin any more. Should it have begun in between, whoever carries it takes this up.
      await stores.callCommands.add({ userId, call_sid: call.call_sid, type: 'end' })
      return { success: true as const, call: ended }
    }
    const account = await accountOfCall(stores, call)
    if (account === undefined) throw new EarshotError('conflict', 'The phone number of this call is gone.')
    await rest.completeCall(account, call.call_sid)
    return { success: true as const, call: await complete(call) }
  })
}
