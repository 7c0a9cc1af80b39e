import { ERRORS } from '../errors.ts'
import { exampleOf } from './examples.ts'

/** As much of JSON Schema as the routes' schemas use. */
export interface JsonSchema {
  $ref?: string
  type?: string | string[]
  title?: string
  description?: string
  format?: string
  pattern?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  minimum?: number
  writeOnly?: boolean
}

export interface Content { 'text/csv'?: { schema: JsonSchema, example?: unknown }, 'application/json'?: { schema: JsonSchema, example?: unknown, examples?: Record<string, { value: unknown }> } }

export interface Parameter { name: string, in: string, required?: boolean, description?: string, schema: JsonSchema, example?: unknown }

/** Marks a route that answers 429 to whoever asks too often; only until the document is finished. */
export const LIMITED = 'x-limited'

export interface Operation {
  [LIMITED]?: true
  operationId: string
  summary: string
  description?: string
  tags: string[]
  security?: object[]
  parameters?: Parameter[]
  requestBody?: { required?: boolean, content: Content }
  responses: Record<string, Response | { $ref: string }>
}

export interface Response { description: string, content?: Content }

/** An OpenAPI 3.1 document, as far as Earshot's has things. */
export interface OpenApiDocument {
  openapi: string
  info: { title: string, version: string, description?: string }
  security?: object[]
  paths: Record<string, Record<string, Operation>>
  webhooks?: Record<string, { post: { summary: string, description: string, requestBody: { content: Content }, responses: Record<string, Response> } }>
  components: { schemas: Record<string, JsonSchema>, responses?: Record<string, Response>, securitySchemes?: Record<string, object> }
}

/**
 * The finished document of what the routes' schemas say: errors by their codes, an example of everything, one definition of each resource.
 * @param routes as @fastify/swagger makes it of the schemas
 */
export const finishDocument = (routes: OpenApiDocument): OpenApiDocument => {
  const schemas: Record<string, JsonSchema> = {}
  const paths: OpenApiDocument['paths'] = {}
  for (const [path, operations] of Object.entries(routes.paths)) {
    const finished = Object.entries(operations).map(([method, operation]) => [method, finishOperation(method, path, operation, schemas)] as const)
    paths[withoutTrailingSlash(path)] = Object.fromEntries(finished)
  }
  return { ...routes, paths, components: { ...routes.components, schemas, responses: errorResponses() } }
}

/** What Earshot itself sends, by the type of the event. @param schemas of the bodies */
export const describeWebhooks = (schemas: Record<string, JsonSchema>): OpenApiDocument['webhooks'] =>
  Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, {
    post: {
      summary: `The event ${type}`,
      description: 'Signed by Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature.',
      requestBody: { content: { 'application/json': { schema, example: exampleOf(schema) } } },
      responses: { '2XX': { description: 'Taken in. 410 switches the webhook off; after anything else it is sent again.' } }
    }
  }]))

/** A list's path is answered with and without it. */
const withoutTrailingSlash = (path: string): string => path.replace(/(?<=.)\/$/, '')

const finishOperation = (method: string, path: string, operation: Operation, schemas: Record<string, JsonSchema>): Operation => {
  const { summary, description, tags, security, parameters, requestBody } = operation
  const json = <Given extends Content | undefined> (content: Given) => {
    const media = content?.['application/json']
    const csv = content?.['text/csv']
    if (csv !== undefined) return { 'text/csv': { ...csv, example: exampleOf(csv.schema, 'csv') } }
    return media === undefined ? content : { 'application/json': { schema: named(media.schema, schemas), example: exampleOf(media.schema) } }
  }
  const responses: Operation['responses'] = {}
  for (const [status, response] of Object.entries(operation.responses)) {
    if ('$ref' in response) continue
    const content = json(response.content)
    // The errors are alike everywhere: one definition of each serves all.
    if (status.startsWith('2')) responses[status] = { description: 'Done', ...(content !== undefined && { content }) }
  }
  return {
    operationId: operationId(summary),
    summary,
    ...(description !== undefined && { description }),
    tags,
    ...(security !== undefined && { security }),
    ...(parameters !== undefined && { parameters: parameters.map((parameter) => ({ ...parameter, example: exampleOf(parameter.schema, parameter.name) })) }),
    ...(requestBody !== undefined && { requestBody: { ...requestBody, content: json(requestBody.content) } }),
    responses: { ...responses, ...failuresOf(method, path, operation) }
  }
}

/** "List the API keys" → "listApiKeys". */
const operationId = (summary: string): string => {
  const words = summary.toLowerCase().replace(/'s\b/g, '').split(/[^a-z0-9]+/).filter((word) => word !== '' && !['a', 'an', 'the'].includes(word))
  return words.map((word, n) => n === 0 ? word : word[0]?.toUpperCase() + word.slice(1)).join('')
}

/** The errors that a route can answer with, by status; whatever else may come is described by the class of its status. */
const failuresOf = (method: string, path: string, { security, requestBody, [LIMITED]: limited }: Operation): Operation['responses'] => {
  const changes = method !== 'get'
  const account = path.startsWith('/api/auth/') && requestBody !== undefined
  const statuses = [
    400,
    ...when(security === undefined || account, 401),
    ...when(changes, 403),
    ...when(path.includes('{'), 404),
    ...when(changes && path !== '/api/auth/login', 409),
    ...when(requestBody !== undefined, 413),
    ...when(limited === true, 429),
    500,
    503,
    '4XX',
    '5XX'
  ]
  return Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/Error${status}` }]))
}

const when = (condition: boolean, status: number): number[] => condition ? [status] : []

/** The errors that any route may answer with, by status, each with what it looks like. */
const errorResponses = (): Record<string, Response> => {
  const schema = { $ref: '#/components/schemas/Error' }
  const answers: Record<string, Response> = Object.fromEntries([['4XX', 'Refused for another reason.'], ['5XX', 'Failed for another reason.']].map(([range, description]) =>
    [`Error${range}`, { description: String(description), content: { 'application/json': { schema } } }]))
  for (const [code, { status, message }] of Object.entries(ERRORS)) {
    if (code === 'bad_signature') continue // Twilio's webhooks only.
    const example = { [code]: { value: { success: false, error: { code, message } } } }
    const answer = answers[`Error${status}`]
    answers[`Error${status}`] = {
      description: [answer?.description, message].filter((sentence) => sentence !== undefined).join(' '),
      content: { 'application/json': { schema, examples: { ...answer?.content?.['application/json']?.examples, ...example } } }
    }
  }
  return answers
}

/** The same schema with every part that has a title replaced by a reference to it. */
const named = (schema: JsonSchema, schemas: Record<string, JsonSchema>): JsonSchema => {
  const { title } = schema
  const inner: JsonSchema = {
    ...schema,
    ...(schema.properties !== undefined && { properties: Object.fromEntries(Object.entries(schema.properties).map(([name, property]) => [name, named(property, schemas)])) }),
    ...(schema.items !== undefined && { items: named(schema.items, schemas) })
  }
  if (title === undefined) return inner
  schemas[title] = inner
  return { $ref: `#/components/schemas/${title}` }
}
