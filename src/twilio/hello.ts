import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Stores } from '../store/stores.ts'

/** GET /twilio/hello: proves to a process of this Earshot that what it has reached is this Earshot too. */
export const helloRoute: FastifyPluginAsyncTypebox<{ stores: Pick<Stores, 'prove'> }> = async (app, { stores }) => {
  app.get('/twilio/hello', { schema: { hide: true, querystring: Type.Object({ nonce: Type.String({ pattern: '^[0-9a-f]{32}$' }) }) } }, async (request, reply) =>
    await reply.header('cache-control', 'no-store').type('text/plain').send(stores.prove(request.query.nonce)))
}
