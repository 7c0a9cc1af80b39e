import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { openLine } from '../browser/open-line.ts'
import { EarshotError } from '../errors.ts'
import { Id } from '../store/record.ts'
import { identityOf } from './authentication.ts'
import { Call } from './calls.ts'
import { strictBody } from './crud.ts'
import type { ApiOptions } from './deps.ts'
import { limitUsers } from './rate-limits.ts'
import { replies } from './replies.ts'

/** Calls from the console: an owner talks to an agent through the browser. */
export const browserCallRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps }) => {
  app.post('/', {
    preHandler: limitUsers(app),
    schema: {
      tags: ['Calls'],
      summary: 'Call an agent from a browser',
      description: 'The agent may be inactive, and its number needs no reachable Twilio account. The browser then opens streamUrl and speaks the protocol of Twilio\'s media streams: "connected", then "start" with the call_sid as callSid and the token in customParameters. The token is good once, for a minute.',
      body: strictBody({ agentId: Id }),
      response: replies(201, { call: Call, streamUrl: Type.String(), token: Type.String() })
    }
  }, async (request, reply) => {
    const agent = await deps.stores.agents.find(identityOf(request).userId, request.body.agentId)
    if (agent === undefined) throw new EarshotError('invalid', 'agentId is none of your agents.', { field: 'agentId' })
    return await reply.code(201).send({ success: true, ...await openLine(deps, agent, { channel: 'browser' }) })
  })
}
