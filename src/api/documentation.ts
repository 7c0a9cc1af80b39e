import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { documentationPage, PAGE_STYLE } from './documentation-page.ts'
import { EVENTS } from '../webhooks/events.ts'
import { describeWebhooks, finishDocument, LIMITED, type OpenApiDocument } from './openapi.ts'
import { isLimited } from './rate-limits.ts'
import { SESSION_COOKIE } from './authentication.ts'

const DESCRIPTION = `A voice gateway: an AI agent answers and places real phone calls.

Programs send an API key as \`Authorization: Bearer SECRET\`; browsers have the cookie that signing in gives them. Every answer has \`success\`; on success with what was asked for under its own name, else with
\`error: { code, message, field? }\`. Lists come by page: \`nextCursor\`, where there is one, asks for the next one. Another user's documents are not there.`

/** The API's description at /documentation/json, as a page at /documentation, and the database's at /documentation/database. To be called before the routes are registered that it describes. */
export const describeApi = async (app: FastifyInstance): Promise<void> => {
  await app.register(swagger, {
    transform: ({ schema, url, route }) => ({ schema: isLimited(route) ? { ...schema, [LIMITED]: true } : schema, url }),
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Earshot', version: '1', description: DESCRIPTION },
      security: [{ apiKey: [] }, { session: [] }],
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'The secret of an API key' },
          session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE, description: 'Given by signing in' }
        }
      }
    }
  })

  let finished: OpenApiDocument | undefined
  // Through JSON: the schemas are TypeBox's, and the document's are to be plain.
  const documentOf = (): OpenApiDocument => {
    finished ??= { ...finishDocument(JSON.parse(JSON.stringify(app.swagger()))), webhooks: describeWebhooks(JSON.parse(JSON.stringify(EVENTS))) ?? {} }
    return finished
  }

  const hidden = { schema: { hide: true } }
  app.get('/documentation/json', hidden, async () => documentOf())
  app.get('/documentation', hidden, async (_request, reply) => await reply.type('text/html').send(documentationPage(documentOf())))
  app.get('/documentation/database', hidden, async (_request, reply) => {
    // Read when it is asked for: the gateway starts without it.
    const { databasePage } = await import('./database-page.ts')
    return await reply.type('text/html').send(await databasePage())
  })
  app.get('/documentation/style.css', hidden, async (_request, reply) => await reply.type('text/css').send(PAGE_STYLE))
}
