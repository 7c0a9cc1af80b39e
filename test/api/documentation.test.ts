import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { readFile } from 'node:fs/promises'
import { test } from 'tap'
import type { Content, JsonSchema, OpenApiDocument } from '../../src/api/openapi.ts'
import { buildVirtual } from '../support/build.ts'

/** The routes that may be asked only so often. */
const LIMITED = /\/(register|login|password|configure|chat|replay|browser-calls)$/

test('the description of the API is the one that was reviewed', async (t) => {
  const { app } = await buildVirtual(t)
  const document: OpenApiDocument = (await app.inject('/documentation/json')).json()
  t.same(document, JSON.parse(await readFile('fixtures/openapi.json', 'utf8')), 'after a change of the API: npm run openapi')

  const ajv = addFormats.default(new Ajv2020({ strict: false }))
  ajv.addSchema(document, 'api')
  const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ route: `${method} ${path}`, operation })))
  t.equal(new Set(operations.map(({ operation }) => operation.operationId)).size, operations.length, 'each operation has an id of its own')

  /** Every example is what its schema asks for. */
  const checkExamples = (content: Content | undefined, what: string) => {
    const media = content?.['application/json']
    if (media === undefined) return
    const validate = ajv.compile(JSON.parse(JSON.stringify(media.schema).replaceAll('"#/', '"api#/')))
    const examples = media.examples === undefined ? [media.example] : Object.values(media.examples).map(({ value }) => value)
    for (const example of examples) t.ok(what.endsWith('XX') || validate(example), what, { example, errors: validate.errors })
  }
  /** Every field says what it is, by itself or by the resource that it shows. */
  const checkFields = (schema: JsonSchema, what: string) => {
    for (const [name, field] of Object.entries(schema.properties ?? {})) t.ok(field.description ?? field.$ref, `${what}: ${name} says what it is`)
  }
  for (const [name, { content }] of Object.entries(document.components.responses ?? {})) checkExamples(content, name)
  for (const [type, { post }] of Object.entries(document.webhooks ?? {})) checkExamples(post.requestBody.content, type)
  t.equal(Object.keys(document.webhooks ?? {}).length, 6)
  for (const { route, operation } of operations) {
    checkExamples(operation.requestBody?.content, `${route} body`)
    for (const [status, response] of Object.entries(operation.responses)) {
      if ('$ref' in response) t.ok(document.components.responses?.[response.$ref.split('/').at(-1) ?? ''], `${route} ${status}`)
      else checkExamples(response.content, `${route} ${status}`)
    }
    for (const { name, description, schema, example } of operation.parameters ?? []) {
      t.ok(ajv.validate(schema, example), `${route} ${name}`)
      t.ok(description, `${route} says what ${name} is`)
    }
    t.match(operation, { summary: /^[A-Z]/, tags: [String] }, route)
    const [method = '', path = ''] = route.split(' ')
    const changes = method !== 'get'
    const expected = {
      400: true,
      401: operation.security === undefined || path === '/api/auth/login',
      403: changes,
      404: path.includes('{'),
      413: operation.requestBody !== undefined,
      429: LIMITED.test(path) && changes,
      500: true,
      503: true
    }
    for (const [status, answers] of Object.entries(expected)) if (answers) t.ok(operation.responses[status], `${route} says that it may answer ${status}`)
    t.ok(Object.keys(operation.responses).some((status) => status.startsWith('2')), `${route} has an answer`)
    for (const { schema } of Object.values(operation.requestBody?.content ?? {})) checkFields(schema, route)
  }
  for (const [name, schema] of Object.entries(document.components.schemas)) checkFields(schema, name)
})

test('the page for people is whole, and loads nothing but its own style', async (t) => {
  const { app } = await buildVirtual(t)
  const { body, headers } = await app.inject('/documentation')
  t.match(headers, { 'content-type': /^text\/html/, 'content-security-policy': /default-src 'self'/ })
  t.notMatch(body, /<script|<style|<[^>]*(style|src)=|undefined|\[object/)
  t.same([...body.matchAll(/<link [^>]*href="([^"]+)"/g)].map(([, href]) => href), ['/documentation/style.css'])
  t.match((await app.inject('/documentation/style.css')).headers['content-type'], /^text\/css/)
  const document: OpenApiDocument = (await app.inject('/documentation/json')).json()
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { summary }] of Object.entries(methods)) t.ok(body.includes(`<h3>${summary.replaceAll("'", '&#39;')}</h3>`) && body.includes(`<b>${method.toUpperCase()}</b> ${path}</code>`), `${method} ${path}`)
  }
  for (const [, target = ''] of body.matchAll(/href="#([^"]+)"/g)) t.ok(body.includes(`id="${target}"`), `#${target} leads somewhere`)
})
