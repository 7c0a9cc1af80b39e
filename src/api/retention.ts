import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { RetentionSchema } from '../store/retention.ts'
import { identityOf } from './authentication.ts'
import type { ApiOptions } from './deps.ts'
import { replies } from './replies.ts'

const Retention = Type.Omit(RetentionSchema, ['_id', 'userId', 'created_at', 'updated_at'], { title: 'Retention', additionalProperties: false })
const tags = ['Retention']

/** How long what calls leave behind is kept. */
export const retentionRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps: { stores: { retention } } }) => {
  app.get('/', {
    schema: { tags, summary: 'Read the retention', response: replies(200, { retention: Retention }) }
  }, async (request) => ({ success: true as const, retention: await retention.get(identityOf(request).userId) }))

  app.put('/', {
    schema: {
      tags,
      summary: 'Set the retention',
      description: 'What is older than this is removed for good within about an hour. Calls that go on are never touched.',
      body: Retention,
      response: replies(200, { retention: Retention })
    }
  }, async (request) => ({ success: true as const, retention: await retention.change(identityOf(request).userId, request.body) }))
}
