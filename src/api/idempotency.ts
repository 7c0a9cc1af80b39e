import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { EarshotError } from '../errors.ts'
import { sleep } from '../sleep.ts'
import { sha256 } from '../store/id.ts'
import type { IdempotencyKeyRecord } from '../store/idempotency-keys.ts'
import { identityOf } from './authentication.ts'
import type { ApiDeps } from './deps.ts'

declare module 'fastify' {
  interface FastifyRequest { idempotencyKey?: IdempotencyKeyRecord }
}

/** The headers of a route that can be asked twice without doing its work twice. */
export const idempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'Requests with the same key do their work once and get the same answer, for 24 hours. With another body the key is refused (409). An answer of 429 or above 499 is not kept: the same request may be sent again' }))
})

/** How long a request waits for the answer to the same one, and how often it looks. */
const WAIT_MS = 10_000
const LOOK_EVERY_MS = 100

/**
 * The hooks of a route with the header Idempotency-Key: `app.post(url, { ...idempotent(deps), schema: { headers: idempotencyHeaders, … } }, …)`.
 * A request whose process died is begun anew a minute later, with the same `documentIdOf`: its handler must make its document under that id, so that what was done is found.
 */
export const idempotent = ({ stores: { idempotencyKeys }, clock }: Pick<ApiDeps, 'stores' | 'clock'>) => ({
  async preHandler (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const key = request.headers['idempotency-key']
    if (typeof key !== 'string') return undefined
    const { userId } = identityOf(request)
    const fingerprint = sha256(`${request.method} ${request.url} ${canonicalJson(request.body)}`)
    for (const giveUpAtMs = clock.now() + WAIT_MS; ;) {
      const claim = await idempotencyKeys.claim(userId, key, fingerprint)
      if (claim.state === 'other_request') throw refused('This Idempotency-Key was used for another request.')
      if (claim.state === 'answered') return await reply.code(claim.status).type('application/json; charset=utf-8').header('idempotent-replayed', 'true').send(claim.answer)
      if (claim.state === 'claimed') {
        request.idempotencyKey = claim.record
        return undefined
      }
      if (clock.now() >= giveUpAtMs) throw refused('A request with this Idempotency-Key is still being worked on; ask again.')
      await sleep(clock, LOOK_EVERY_MS)
    }
  },

  async onSend ({ idempotencyKey, log }: FastifyRequest, { statusCode }: FastifyReply, payload: unknown): Promise<unknown> {
    if (idempotencyKey === undefined) return payload
    try {
      if (statusCode === 429 || statusCode >= 500 || typeof payload !== 'string') await idempotencyKeys.release(idempotencyKey._id)
      else await idempotencyKeys.answer(idempotencyKey._id, statusCode, payload)
    } catch (err) {
      // The work is done, and its answer is worth more than its being remembered.
      log.warn({ err }, 'an answer could not be kept for its Idempotency-Key')
    }
    return payload
  }
})

/** The id under which a request with an Idempotency-Key makes its document, the same however often it is begun. Without a key there is none. */
export const documentIdOf = ({ idempotencyKey }: FastifyRequest): string | undefined => idempotencyKey?.documentId

/** The same for the same content, in whatever order its fields are. */
const canonicalJson = (body: unknown): string | undefined => JSON.stringify(body, (_name, value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)) : value)

const refused = (message: string): EarshotError => new EarshotError('conflict', message, { field: 'Idempotency-Key' })
