import fastJsonStringify, { type Schema } from 'fast-json-stringify'
import type { FastifyInstance } from 'fastify'
import { Type, type TProperties } from 'typebox'
import { ERRORS } from '../errors.ts'
import { oneOf } from '../store/record.ts'
import { compileOnce } from './compile-once.ts'

const ErrorReply = Type.Object({
  success: Type.Literal(false, { description: 'Nothing was done' }),
  error: Type.Object({
    code: oneOf(Object.keys(ERRORS), { description: 'For programs' }),
    message: Type.String({ description: 'For people' }),
    field: Type.Optional(Type.String({ description: 'The field of the request that is wrong' }))
  }, { description: 'Why' })
}, { title: 'Error' })

/** The answers of a route: on success the given properties beside `success: true`. */
export const replies = <const Status extends number, Properties extends TProperties> (status: Status, properties: Properties) => ({
  ...record(status, Type.Object({ success: Type.Literal(true), ...properties })),
  '4xx': ErrorReply,
  '5xx': ErrorReply
})

const record = <const Key extends PropertyKey, Value> (key: Key, value: Value) => ({ [key]: value }) as Record<Key, Value>

const serializerOf = compileOnce((schema) => fastJsonStringify(schema as Schema))

/** Writes answers by their routes' schemas. */
export const serializeReplies = (app: FastifyInstance): void => {
  app.setSerializerCompiler<object>(({ schema }) => serializerOf(schema))
}
