import type { FastifyInstance } from 'fastify'

/** Twilio's ids of what a webhook is about, and what the log calls them. */
const IDS = { CallSid: 'callSid', MessageSid: 'messageSid' }

/** Every further line of a webhook, whoever writes it, has the call's or the message's id: joined by it, the lines of a call are its story. */
export function logByCall (app: FastifyInstance): void {
  app.addHook('preValidation', async (request, reply) => {
    const { body } = request
    if (!request.url.startsWith('/twilio/') || typeof body !== 'object' || body === null) return
    const ids = Object.entries(IDS).flatMap(([field, name]) => {
      const id: unknown = Reflect.get(body, field)
      return typeof id === 'string' ? [[name, id.slice(0, 64)]] : []
    })
    if (ids.length > 0) reply.log = request.log = request.log.child(Object.fromEntries(ids))
  })
}
