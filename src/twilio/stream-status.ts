import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { signedForm, verifiedCall, type WebhookDeps } from './webhook.ts'

/** What Twilio tells of a media stream (https://www.twilio.com/docs/voice/twiml/stream#statuscallback). */
const streamForm = Type.Object({
  ...signedForm.properties,
  StreamSid: Type.String({ maxLength: 64 }),
  StreamEvent: Type.String({ maxLength: 64, description: 'stream-started, stream-stopped or stream-error' }),
  StreamError: Type.Optional(Type.String({ maxLength: 1000 }))
})

/** Twilio's `stop` comes over the socket at the same time as this callback; a socket that is silent for longer is dead. */
const STOP_WITHIN_MS = 5_000

/** POST /twilio/stream-status: a media stream began, ended, or could not be carried. */
export const streamStatusRoute: FastifyPluginAsyncTypebox<WebhookDeps> = async (app, deps) => {
  app.post('/twilio/stream-status', { schema: { hide: true, body: streamForm } }, async (request, reply) => {
    const { stores, clock, liveCalls, metrics } = deps
    const { CallSid, StreamSid, StreamEvent, StreamError = 'unknown' } = request.body
    await verifiedCall(deps, request)
    if (StreamEvent === 'stream-error') {
      metrics.streamErrors.inc({ kind: 'carrier' })
      request.log.warn({ problem: StreamError }, 'Twilio could not carry a media stream')
      await stores.calls.noteStreamError(CallSid, StreamError.slice(0, 500))
    } else if (StreamEvent === 'stream-stopped') {
      clock.setTimeout(() => {
        const live = liveCalls.find(CallSid)
        if (live?.streamSid === StreamSid) live.close('connection_lost').catch((err: unknown) => request.log.error({ err }, 'call record not completed'))
      }, STOP_WITHIN_MS)
    }
    return await reply.code(204).send()
  })
}
