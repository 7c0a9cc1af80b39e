import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { AuditEntrySchema } from '../store/audit-log.ts'
import { Id } from '../store/record.ts'
import { identityOf } from './authentication.ts'
import type { ApiOptions } from './deps.ts'
import { nextCursor, pageOf, pageQuery } from './lists.ts'
import { replies } from './replies.ts'

const Entry = Type.Omit(AuditEntrySchema, ['created_at', 'updated_at'], { title: 'AuditEntry', additionalProperties: false })
const Instant = Type.String({ format: 'date-time' })
const Word = Type.String({ minLength: 1, maxLength: 64 })

const Query = pageQuery({
  resource: Type.Optional({ ...Word, description: 'What was changed: the first part of the address, such as agents' }),
  resourceId: Type.Optional(Id),
  action: Type.Optional({ ...Word, description: 'create, change, remove, or the last part of the address, such as login' }),
  after: Type.Optional({ ...Instant, description: 'Changes made at this instant or later' }),
  before: Type.Optional({ ...Instant, description: 'Changes made before this instant' })
})

/** Who changed what, and when. */
export const auditLogRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps: { stores: { auditLog } } }) => {
  app.get('/', {
    schema: { tags: ['Audit log'], summary: 'List the changes', description: 'Newest first: of everything but calls and messages, who signed in, and who could not because the password was wrong. Names of fields only, never their values.', querystring: Query, response: replies(200, { auditLog: Type.Array(Entry), nextCursor }) }
  }, async (request) => {
    const { resource, resourceId, action, after, before } = request.query
    const { items, ...rest } = await auditLog.list(identityOf(request).userId, {
      ...pageOf(request.query),
      filter: {
        ...(resource !== undefined && { resource }),
        ...(resourceId !== undefined && { resourceId }),
        ...(action !== undefined && { action }),
        ...((after !== undefined || before !== undefined) && { at: { ...(after !== undefined && { $gte: new Date(after) }), ...(before !== undefined && { $lt: new Date(before) }) } })
      },
      sort: { field: 'at', direction: -1 }
    })
    return { success: true as const, auditLog: items, ...rest }
  })
}
