import { randomUUID } from 'node:crypto'
import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai'
import { Agent, request } from 'undici'
import type { ErrorCode } from './errors.ts'
import { ProviderError } from './resilience.ts'

/** One server with OpenAI's routes, used for one capability. */
export interface OpenAiOptions {
  /** Address that the routes hang on, with its version: https://api.openai.com/v1. */
  baseUrl: string
  /** Empty for a server that asks for none. */
  apiKey: string
  /** What a request without a model gets. */
  model: string
}

/**
 * Connections are kept for the next turn of the call, which comes seconds later: a new one costs two to three round trips.
 * Node's own fetch drops them after 4 s, and its pool cannot be set from outside.
 */
const connections = new Agent({ keepAliveTimeout: 60_000 })

/** Longer than any deadline of a call, which is the caller's signal: the SDK's own timer must never be the one that fires. */
const NEVER_MS = 600_000

/** An SDK client that takes nothing from the environment, neither retries nor logs (it would log what callers say), and keeps its connections. */
export function openAiClient ({ baseUrl, apiKey }: OpenAiOptions): OpenAI {
  return new OpenAI({
    baseURL: baseUrl,
    // The SDK insists on a key; a server without accounts ignores it.
    apiKey: apiKey === '' ? 'none' : apiKey,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: NEVER_MS,
    logLevel: 'off',
    fetch: streamingFetch
  })
}

/**
 * What the SDK fetches by: undici's `request`, whose body is a Node stream. The web streams of `fetch` cost as much again: 2.2 ms of processor time for 4 s of speech in 40 pieces,
 * where this takes 1.0 ms. The SDK asks `Response` whether it takes the global FormData, which is encoded here.
 */
const streamingFetch = Object.assign(async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
  const headers = new Headers(init.headers)
  let body: string | Buffer | null = typeof init.body === 'string' ? init.body : null
  if (init.body instanceof FormData) {
    const boundary = randomUUID()
    headers.set('content-type', `multipart/form-data; boundary=${boundary}`)
    body = await multipart(init.body, boundary)
  }
  const { statusCode: status, headers: answered, body: stream } = await request(url instanceof Request ? url.url : url, {
    method: init.method === 'POST' ? 'POST' : 'GET',
    headers: [...headers].flat(),
    body,
    signal: init.signal ?? null,
    dispatcher: connections
  })
  const ok = status >= 200 && status < 300
  const answer = { status, headers: Object.entries(answered).flatMap(([name, value]): Array<[string, string]> => value === undefined ? [] : [[name, String(value)]]) }
  if (!ok || /json/.test(String(answered['content-type']))) return new Response(await stream.text(), answer)
  return Object.defineProperty(new Response(null, answer), 'body', { value: stream })
}, { Response })

/** An upload as RFC 7578 has it. By way of a `Response`, whose streams are made for more than can be held, it costs a quarter of the whole request. */
async function multipart (form: FormData, boundary: string): Promise<Buffer> {
  const parts: Uint8Array[] = []
  const write = (text: string) => parts.push(Buffer.from(text))
  for (const [name, value] of form) {
    write(`--${boundary}\r\ncontent-disposition: form-data; name="${quotable(name)}"`)
    if (typeof value === 'string') write(`\r\n\r\n${value}`)
    else {
      write(`; filename="${quotable(value.name)}"\r\ncontent-type: ${value.type || 'application/octet-stream'}\r\n\r\n`)
      parts.push(new Uint8Array(await value.arrayBuffer()))
    }
    write('\r\n')
  }
  write(`--${boundary}--\r\n`)
  return Buffer.concat(parts)
}

/** https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data */
const quotable = (name: string): string => name.replace(/[\r\n"]/g, encodeURIComponent)

/**
 * What went wrong, in Earshot's terms. The provider's own words are left out: they may quote the key or the conversation.
 * @returns the signal's reason when it was aborted
 */
export function asProviderError (error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  if (error instanceof ProviderError) return error
  if (error instanceof APIConnectionTimeoutError) return new ProviderError('provider_timeout')
  if (error instanceof APIConnectionError) return new ProviderError('provider_unavailable', `The provider cannot be reached${bracketed(networkCode(error))}.`)
  if (!(error instanceof APIError) || typeof error.status !== 'number') {
    return new ProviderError('provider_unavailable', `The provider's answer broke off or cannot be read${bracketed(networkCode(error))}.`)
  }
  const code = codeOf(error.status, error.code)
  const name = typeof error.code === 'string' ? error.code : typeof error.type === 'string' ? error.type : ''
  return new ProviderError(code, `The provider answered ${error.status}${bracketed(name)}.`, retryAfterMs(error.headers))
}

/** https://platform.openai.com/docs/guides/error-codes: a 429 for want of credit stays one however often it is tried. */
function codeOf (status: number, code: unknown): ErrorCode {
  if (code === 'insufficient_quota') return 'provider_rejected'
  if (status === 429) return 'provider_rate_limited'
  if (status === 408 || status === 504) return 'provider_timeout'
  if (status === 409 || status >= 500) return 'provider_unavailable'
  return 'provider_rejected'
}

/** Retry-After in seconds, or OpenAI's finer retry-after-ms. The form with a date is not used by any of these servers. */
function retryAfterMs (headers: Headers | undefined): number | undefined {
  const ms = Number(headers?.get('retry-after-ms') ?? NaN)
  if (ms >= 0) return ms
  const seconds = Number(headers?.get('retry-after') ?? NaN)
  return seconds >= 0 ? seconds * 1000 : undefined
}

/** The system's or undici's code (ECONNREFUSED, UND_ERR_SOCKET), which sits at the end of the chain of causes. */
function networkCode (error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code
  }
  return ''
}

const bracketed = (detail: string): string => /^[\w-]{1,60}$/.test(detail) ? ` (${detail})` : ''
