/**
 * Every failure that Earshot names, in one table: its HTTP status, the sentence a person reads, and whether the
 * same request may succeed when it is sent again.
 */
export const ERRORS = {
  invalid: { status: 400, message: 'The request is not valid.', retryable: false },
  unauthorized: { status: 401, message: 'Sign in, or send a valid API key.', retryable: false },
  forbidden: { status: 403, message: 'This is not allowed.', retryable: false },
  bad_signature: { status: 403, message: 'The request is not signed by Twilio for this address.', retryable: false },
  not_found: { status: 404, message: 'There is no such thing here.', retryable: false },
  method_not_allowed: { status: 405, message: 'This address does not have this method.', retryable: false },
  duplicate: { status: 409, message: 'This already exists.', retryable: false },
  conflict: { status: 409, message: 'This is still in use.', retryable: false },
  too_large: { status: 413, message: 'The request is too large.', retryable: false },
  range_not_satisfiable: { status: 416, message: 'The file has no such part.', retryable: false },
  rate_limited: { status: 429, message: 'Too many requests; try again later.', retryable: true },
  internal: { status: 500, message: 'Something went wrong here.', retryable: false },
  store_unavailable: { status: 503, message: 'The database does not answer.', retryable: true },
  draining: { status: 503, message: 'This server is shutting down.', retryable: true },
  provider_timeout: { status: 504, message: 'The provider did not answer in time.', retryable: true },
  provider_unavailable: { status: 502, message: 'The provider failed.', retryable: true },
  provider_rate_limited: { status: 502, message: 'The provider refused for now: too many requests.', retryable: true },
  provider_rejected: { status: 502, message: 'The provider refused the request.', retryable: false }
} as const satisfies Record<string, { status: number, message: string, retryable: boolean }>

export type ErrorCode = keyof typeof ERRORS

/** A failure from the table, with a message that says more where more is known. */
export class EarshotError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly retryable: boolean
  /** The field of the request that is wrong, where there is one. */
  readonly field: string | undefined

  /** @param message replaces the table's sentence; never contains a secret or what a caller said */
  constructor (code: ErrorCode, message?: string, options?: ErrorOptions & { field?: string }) {
    super(message ?? ERRORS[code].message, options)
    this.name = 'EarshotError'
    this.code = code
    this.status = ERRORS[code].status
    this.retryable = ERRORS[code].retryable
    this.field = options?.field
  }
}
