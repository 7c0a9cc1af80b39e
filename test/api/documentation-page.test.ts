import { test } from 'tap'
import { documentationPage } from '../../src/api/documentation-page.ts'
import type { OpenApiDocument } from '../../src/api/openapi.ts'

const HOSTILE = '<img src=x onerror="alert(\'x\')"> & `<b>`'

test('nothing of what the document says becomes HTML, and what it refers to is linked', (t) => {
  const schema = { $ref: '#/components/schemas/Hotel' }
  const document: OpenApiDocument = {
    openapi: '3.1.0',
    info: { title: HOSTILE, version: '1', description: 'First.\n\nSecond with `code`.' },
    paths: {
      [`/${HOSTILE}`]: {
        get: {
          operationId: 'readHotel',
          summary: HOSTILE,
          tags: [HOSTILE],
          parameters: [{ name: HOSTILE, in: 'query', description: HOSTILE, schema: { enum: [HOSTILE] } }],
          responses: { 200: { description: 'Done', content: { 'application/json': { schema, example: { name: HOSTILE } } } }, 404: { $ref: '#/components/responses/Error404' } }
        }
      }
    },
    components: {
      schemas: { Hotel: { description: HOSTILE, properties: { name: { type: 'string' }, rooms: { type: 'array', items: { type: 'integer' } } }, required: ['name'] } },
      responses: { Error404: { description: HOSTILE } }
    }
  }
  const page = documentationPage(document)
  t.notMatch(page, /<img|onerror="|<b>(?!GET)/)
  t.match(page, /<p>First\.<\/p>\n<p>Second with <code>code<\/code>\.<\/p>/)
  t.match(page, /<code>name<\/code><\/td><td>string.*\n.*<code>rooms<\/code> <i>optional<\/i><\/td><td>list of integer/)
  t.match(page, /<a href="#error404">404<\/a>/)
  t.match(page, /<h3 id="error404">404<\/h3>/)
  t.end()
})
