import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import type { FastifyInstance } from 'fastify'
import { EarshotError } from '../errors.ts'
import { compileOnce } from './compile-once.ts'

/** Unknown fields are refused, not dropped in silence. */
const OPTIONS = { removeAdditional: false, useDefaults: true, strictTypes: false } as const

const isRfc3339 = addFormats.default(new Ajv()).compile({ type: 'string', format: 'date-time' })
const EARLIEST = Date.UTC(1970, 0)
const LATEST = Date.UTC(10_000, 0) - 1

/** RFC 3339, but no leap second, which a Date cannot hold, and no year that ISO 8601 writes with other than four digits or that no call can be of. */
const isTime = (text: string): boolean => isRfc3339(text) && Date.parse(text) >= EARLIEST && Date.parse(text) <= LATEST

/** MongoDB keeps 100 levels of a document (https://www.mongodb.com/docs/manual/reference/limits/), and what walks through one must come to an end. */
const MAX_DEPTH = 50

const reading = (coerceTypes: boolean) => {
  const ajv = addFormats.default(new Ajv({ ...OPTIONS, coerceTypes })).addFormat('date-time', isTime)
  return compileOnce((schema) => ajv.compile(schema))
}
const asWritten = reading(false)
const fromText = reading(true)

/**
 * Checks requests against their routes' schemas. A body's types are taken at their word ("5" is no number); what comes in a path or
 * a query is text, and read as the schema says.
 */
export const validateRequests = (app: FastifyInstance): void => {
  app.addHook('preValidation', async ({ body }) => {
    const deep = Object.entries(typeof body === 'object' && body !== null ? body : {}).find(([, value]) => isDeeper(value, MAX_DEPTH))
    if (deep !== undefined) throw new EarshotError('invalid', `${deep[0]} is nested too deep: ${MAX_DEPTH} levels are the most.`, { field: deep[0] })
  })
  app.setValidatorCompiler<object>(({ schema, httpPart }) => httpPart === 'body' ? asWritten(schema) : fromText(schema))
}

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' && value !== null && (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)))
