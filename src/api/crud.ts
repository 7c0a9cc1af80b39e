import type { FastifyInstance } from 'fastify'
import { Type, type Static, type TObject, type TProperties, type TSchema } from 'typebox'
import { EarshotError } from '../errors.ts'
import type { Filter } from '../store/collection.ts'
import type { Page, ListQuery } from '../store/page.ts'
import { oneOf } from '../store/record.ts'
import { identityOf } from './authentication.ts'
import { documentIdOf, idempotencyHeaders, type idempotent } from './idempotency.ts'
import { idParams, nextCursor, pageOf, pageQuery } from './lists.ts'
import { replies } from './replies.ts'

/** What is special about a resource; the rest of its six routes is alike. */
export interface Resource<R extends object, Create extends TObject, Change extends TObject> {
  /** Its name in JSON, and in a sentence ("a prompt"). */
  one: string
  aOne: string
  many: string
  tag: string
  /** A document as it is shown. */
  schema: TObject
  createBody: Create
  changeBody: Change
  /** Fields that a list can be narrowed by. */
  filters: TProperties
  /** Fields that a list can be ordered by, beside created_at. */
  sorts: readonly string[]
  find: (userId: string, id: string) => Promise<R | undefined>
  list: (userId: string, query: ListQuery) => Promise<Page<R>>
  /** @param id of the document, when the request has an Idempotency-Key */
  create: (userId: string, body: Static<Create>, id?: string) => Promise<R>
  /** The hooks and headers of a creation that takes an Idempotency-Key. */
  idempotency?: ReturnType<typeof idempotent>
  change: (userId: string, id: string, body: Static<Change>) => Promise<R | undefined>
  remove: (userId: string, id: string) => Promise<boolean>
  /** Takes a removal back. */
  restore: (userId: string, id: string) => Promise<R | undefined>
  /** What is shown of a document, where that is not all that its schema has. */
  show?: (record: R) => object
}

/** The six routes of a resource: list, create, read, change, remove, restore. Another user's document is not there. */
export const crudRoutes = <R extends object, Create extends TObject, Change extends TObject> (app: FastifyInstance, resource: Resource<R, Create, Change>): void => {
  const { one, aOne, many, createBody, changeBody, filters, sorts, show = (record: R) => record } = resource
  const tags = [resource.tag]
  const schema = { ...resource.schema, title: `${one[0]?.toUpperCase()}${one.slice(1)}` }
  const answerOne = (record: R | undefined) => {
    if (record === undefined) throw new EarshotError('not_found')
    return { success: true, [one]: show(record) }
  }

  app.get<{ Querystring: Record<string, unknown> & { limit?: number, cursor?: string, sort?: string } }>('/', {
    schema: {
      tags,
      summary: `List ${many}`,
      querystring: pageQuery({ ...filters, sort: sortOf(['created_at', ...sorts]) }),
      response: replies(200, { [many]: Type.Array(schema), nextCursor })
    }
  }, async (request) => {
    const { sort = '-created_at' } = request.query
    const { items, ...rest } = await resource.list(identityOf(request).userId, {
      ...pageOf(request.query),
      filter: pick(request.query, Object.keys(filters)),
      sort: { field: sort.replace('-', ''), direction: sort.startsWith('-') ? -1 : 1 }
    })
    return { success: true, [many]: items.map(show), ...rest }
  })

  app.post('/', {
    ...resource.idempotency,
    schema: { tags, summary: `Create ${aOne}`, ...(resource.idempotency && { headers: idempotencyHeaders }), body: createBody, response: replies(201, { [one]: schema }) }
  }, async (request, reply) => await reply.code(201).send(answerOne(await resource.create(identityOf(request).userId, request.body as Static<Create>, documentIdOf(request)))))

  app.get<{ Params: Static<typeof idParams> }>('/:id', {
    schema: { tags, summary: `Read ${aOne}`, params: idParams, response: replies(200, { [one]: schema }) }
  }, async (request) => answerOne(await resource.find(identityOf(request).userId, request.params.id)))

  app.patch<{ Params: Static<typeof idParams> }>('/:id', {
    schema: { tags, summary: `Change ${aOne}`, description: 'Only the given fields. null takes an optional field away.', params: idParams, body: changeBody, response: replies(200, { [one]: schema }) }
  }, async (request) => answerOne(await resource.change(identityOf(request).userId, request.params.id, request.body as Static<Change>)))

  app.delete<{ Params: Static<typeof idParams> }>('/:id', {
    schema: { tags, summary: `Remove ${aOne}`, params: idParams, response: replies(200, {}) }
  }, async (request) => {
    if (!await resource.remove(identityOf(request).userId, request.params.id)) throw new EarshotError('not_found')
    return { success: true }
  })

  app.post<{ Params: Static<typeof idParams> }>('/:id/restore', {
    schema: { tags, summary: `Restore ${aOne}`, description: 'Takes a removal back, if what it needs is still there.', params: idParams, response: replies(200, { [one]: schema }) }
  }, async (request) => answerOne(await resource.restore(identityOf(request).userId, request.params.id)))
}

const sortOf = (fields: string[]) => Type.Optional(oneOf(fields.flatMap((field) => [field, `-${field}`]), { description: 'Ascending, or with a minus descending; -created_at when left out' }))

const pick = (query: Record<string, unknown>, names: string[]): Filter =>
  Object.fromEntries(names.filter((name) => query[name] !== undefined).map((name) => [name, query[name]]))

/** A body that must have all fields but the optional ones, and no others. */
export const strictBody = <Properties extends TProperties> (properties: Properties) => Type.Object(properties, { additionalProperties: false })

/** An optional field of a change: null takes it away. */
export const clearable = <Schema extends TSchema & { type: string }> (schema: Schema) =>
  Type.Optional(Type.Unsafe<Static<Schema> | null>({ ...schema, type: [schema.type, 'null'] }))

/** A change as the stores know it, where undefined takes a field away. */
export const withoutNulls = <Body extends object> (body: Body) =>
  Object.fromEntries(Object.entries(body).map(([field, value]) => [field, value ?? undefined])) as { [Field in keyof Body]: Exclude<Body[Field], null> | undefined }
