import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { EarshotError, ERRORS, type ErrorCode } from './errors.ts'

/** Fastify's and its plugins' own failures, by HTTP status. */
const CODES_BY_STATUS: Record<number, ErrorCode> = { 400: 'invalid', 401: 'unauthorized', 403: 'forbidden', 404: 'not_found', 413: 'too_large', 415: 'invalid', 429: 'rate_limited' }

/** Every failure leaves as `{ success: false, error: { code, message, field? } }` with the status of the table. */
export function answerErrors (app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    if (error instanceof EarshotError) {
      if (error.status >= 500) request.log.error({ err: error }, 'request failed')
      return sendError(reply, error.code, error.message, error.field)
    }
    if (error.validation !== undefined) return sendError(reply, 'invalid', ...describeInvalid(error))
    const code = CODES_BY_STATUS[error.statusCode ?? 500]
    // What Fastify says of a broken request is its own text; anything else may hold what nobody outside should read.
    if (code !== undefined) return sendError(reply, code, code === 'invalid' ? error.message : ERRORS[code].message)
    request.log.error({ err: error }, 'request failed')
    return sendError(reply, 'internal', ERRORS.internal.message)
  })
  app.setNotFoundHandler((_request, reply) => sendError(reply, 'not_found', ERRORS.not_found.message))
}

/** The same for what Fastify refuses before it has looked for a route: an address that cannot be decoded, or is far too long. */
export const answerFrameworkError = (_error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void => {
  sendError(reply, 'invalid', 'The address is not valid.')
}

/** The sentence and the field: "body/name must NOT have fewer than 1 characters", "name". */
function describeInvalid ({ validation, validationContext, message }: FastifyError): [message: string, field?: string] {
  const [failure] = validation ?? []
  if (failure === undefined) return [message]
  const { additionalProperty, missingProperty, format } = failure.params
  const path = [...failure.instancePath.split('/').slice(1), additionalProperty ?? missingProperty].filter((part) => part !== undefined).join('.')
  if (additionalProperty !== undefined) return [`${validationContext}/${path} is not a field here`, path]
  if (format === 'date-time') return [`${validationContext}/${path} must be a time with its zone, such as 2026-03-02T09:30:00Z, of the years 1970 to 9999`, path]
  return [message, path]
}

const sendError = (reply: FastifyReply, code: ErrorCode, message: string, field?: string): FastifyReply =>
  reply.code(ERRORS[code].status).send({ success: false, error: { code, message, ...(field !== undefined && { field }) } })
