import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import type { FastifyInstance } from 'fastify'

/** Unknown fields are refused, not dropped in silence. */
const OPTIONS = { removeAdditional: false, useDefaults: true, strictTypes: false } as const

/**
 * Checks requests against their routes' schemas. A body's types are taken at their word ("5" is no number); what comes in a path or
 * a query is text, and read as the schema says.
 */
export const validateRequests = (app: FastifyInstance): void => {
  const asWritten = addFormats.default(new Ajv({ ...OPTIONS, coerceTypes: false }))
  const fromText = addFormats.default(new Ajv({ ...OPTIONS, coerceTypes: true }))
  app.setValidatorCompiler<object>(({ schema, httpPart }) => (httpPart === 'body' ? asWritten : fromText).compile(schema))
}
