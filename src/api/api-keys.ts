import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { randomBytes } from 'node:crypto'
import { Type } from 'typebox'
import { EarshotError } from '../errors.ts'
import { ApiKeySchema } from '../store/api-keys.ts'
import { identityOf } from './authentication.ts'
import type { ApiOptions } from './deps.ts'
import { idParams, nextCursor, pageQuery, pageOf } from './lists.ts'
import { replies } from './replies.ts'

const ApiKey = Type.Omit(ApiKeySchema, ['keyHash', 'isDeleted'], { title: 'ApiKey', additionalProperties: false })
const tags = ['API keys']

/** Keys for programs: the secret is shown once and stored as a hash. */
export const apiKeyRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps: { stores: { apiKeys }, clock } }) => {
  app.post('/', {
    schema: {
      tags,
      summary: 'Make an API key',
      description: 'The secret is in this answer only. Programs send it as "Authorization: Bearer SECRET".',
      body: Type.Object({ name: ApiKeySchema.properties.name, expiresAt: Type.Optional(Type.String({ format: 'date-time', description: 'From then on it opens nothing; left out: never' })) }, { additionalProperties: false }),
      response: replies(201, { apiKey: ApiKey, secret: Type.String() })
    }
  }, async (request, reply) => {
    const { name, expiresAt } = request.body
    const expiry = expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }
    if (expiry.expiresAt !== undefined && !(expiry.expiresAt.getTime() > clock.now())) throw new EarshotError('invalid', 'expiresAt must be in the future.', { field: 'expiresAt' })
    const secret = `earshot_${randomBytes(32).toString('base64url')}`
    const apiKey = await apiKeys.create(identityOf(request).userId, { name, secret, ...expiry })
    return await reply.code(201).send({ success: true, apiKey, secret })
  })

  app.get('/', {
    schema: { tags, summary: 'List the API keys', querystring: pageQuery({}), response: replies(200, { apiKeys: Type.Array(ApiKey), nextCursor }) }
  }, async (request) => {
    const { items, ...rest } = await apiKeys.list(identityOf(request).userId, pageOf(request.query))
    return { success: true as const, apiKeys: items, ...rest }
  })

  app.delete('/:id', {
    schema: { tags, summary: 'Revoke an API key', params: idParams, response: replies(200, {}) }
  }, async (request) => {
    if (!await apiKeys.remove(identityOf(request).userId, request.params.id)) throw new EarshotError('not_found')
    return { success: true as const }
  })
}
