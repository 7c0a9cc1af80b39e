import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { limitAddresses } from '../api/rate-limits.ts'
import { EarshotError } from '../errors.ts'
import type { QuotaRefusal } from '../store/publishable-keys.ts'
import type { Stores } from '../store/stores.ts'
import { makeBrowserSid, openLine, type LineDeps } from './open-line.ts'

export type WidgetDeps = LineDeps & { stores: Pick<Stores, 'agents' | 'publishableKeys'> }

const REFUSALS: Record<QuotaRefusal, string> = {
  callsPerDay: 'This site has had its calls of today; please try again tomorrow.',
  minutesPerDay: 'This site has used its minutes of today; please try again tomorrow.',
  concurrentCalls: 'All lines are busy; please try again in a few minutes.'
}

/** Browsers send it with every request from another origin, and pages cannot change it (https://fetch.spec.whatwg.org/#origin-header). */
const originHeader = Type.Object({ origin: Type.Optional(Type.String({ maxLength: 255 })) })

/** POST /widget/calls: a visitor of another site calls the agent of the site's publishable key. */
export const widgetRoute: FastifyPluginAsyncTypebox<WidgetDeps> = async (app, deps) => {
  const { agents, publishableKeys, calls } = deps.stores
  const limit = limitAddresses(app)

  // The question that a browser asks first does not have the key: any site that some key names may go on and send it.
  app.options('/widget/calls', { preHandler: limit, schema: { hide: true, headers: originHeader } }, async (request, reply) => {
    const { origin } = request.headers
    reply.header('vary', 'Origin')
    if (origin === undefined || !await publishableKeys.knowsOrigin(origin)) throw notHere(origin)
    return await allow(reply, origin).headers({ 'access-control-allow-methods': 'POST', 'access-control-allow-headers': 'content-type', 'access-control-max-age': '600' }).code(204).send()
  })

  app.post('/widget/calls', { preHandler: limit, schema: { hide: true, headers: originHeader, body: Type.Object({ key: Type.String({ maxLength: 64 }) }, { additionalProperties: false }) } }, async (request, reply) => {
    const { origin } = request.headers
    reply.header('vary', 'Origin')
    const key = await publishableKeys.findByKey(request.body.key)
    if (key === undefined) throw new EarshotError('forbidden', 'This publishable key is not valid.', { field: 'key' })
    if (origin === undefined || !key.origins.includes(origin)) throw notHere(origin)
    allow(reply, origin)
    const agent = await agents.find(key.userId, key.agentId)
    if (agent === undefined) throw new EarshotError('not_found', 'The agent of this key is gone.')
    const callSid = makeBrowserSid()
    const counted = await publishableKeys.begin(key._id, callSid, calls.findBySid)
    if (counted === undefined) throw new EarshotError('forbidden', 'This publishable key is not valid.', { field: 'key' })
    if ('refusal' in counted) throw new EarshotError('rate_limited', REFUSALS[counted.refusal])
    try {
      const { token, streamUrl } = await openLine(deps, agent, { channel: 'widget', call_sid: callSid, max_duration_seconds: counted.seconds })
      return await reply.code(201).send({ success: true, callSid, streamUrl, token })
    } catch (error) {
      await publishableKeys.cancel(key._id, callSid)
      throw error
    }
  })
}

/** The answer, errors included, may be read by pages of this site. */
const allow = (reply: FastifyReply, origin: string): FastifyReply => reply.headers({ 'access-control-allow-origin': origin, 'cross-origin-resource-policy': 'cross-origin' })

const notHere = (origin: string | undefined): EarshotError =>
  new EarshotError('forbidden', `${origin ?? 'A page without an origin'} is none of the sites that this key is for.`, { field: 'Origin' })
