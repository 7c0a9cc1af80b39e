import { EarshotError } from '../../errors.ts'
import type { HttpToolSettings } from './agent-tools.ts'
import { PLACEHOLDER } from './http-tool-settings.ts'
import type { Tool, ToolArguments } from './tool.ts'

export interface HttpRequest {
  method: string
  url: string
  headers: Record<string, string>
  body?: string
  /** The answer is cut after so many bytes. */
  maxBytes: number
}

export interface HttpResponse { status: number, contentType: string, body: string, cut: boolean }

/**
 * Sends a request to the public internet; redirects are answers like any other.
 * @throws {EarshotError} `forbidden` for an address that is not public, `provider_unavailable`; the signal's reason when aborted
 */
export type HttpFetch = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>

/** A caller waits on the line; a service that takes longer needs its own limit. */
const DEFAULT_TIMEOUT_MS = 8000
/** About 4,000 tokens. */
const DEFAULT_MAX_RESPONSE_BYTES = 16_384
/** Of a refusal only the beginning tells why. */
const MAX_ERROR_CHARACTERS = 500
const TEXT = /^(?:text\/|application\/(?:.*\+)?(?:json|xml|x-ndjson|yaml))|^$/i

/** A tool that calls an HTTP service of the agent's owner. Arguments that the URL does not take go into the query, or as JSON into the body. */
export function httpTool (settings: HttpToolSettings, fetch: HttpFetch): Tool {
  return {
    name: settings.name,
    description: settings.description,
    parameters: settings.parameters ?? { type: 'object', properties: {}, additionalProperties: false },
    timeoutMs: settings.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    run: async (args, _context, signal) => ({ content: describe(await fetch(requestFor(settings, args), signal)) })
  }
}

/** @throws {EarshotError} `invalid` when an argument cannot stand in the URL */
export function requestFor (settings: HttpToolSettings, args: ToolArguments): HttpRequest {
  const { method = 'GET', headers = {}, maxResponseBytes: maxBytes = DEFAULT_MAX_RESPONSE_BYTES } = settings
  const used = new Set<string>()
  const url = new URL(settings.url.replace(PLACEHOLDER, (_, name: string) => {
    used.add(name)
    return encodeURIComponent(plainValue(name, args[name]))
  }))
  const rest = Object.entries(args).filter(([name, value]) => !used.has(name) && value !== undefined)
  const hasBody = method !== 'GET' && method !== 'DELETE'
  if (!hasBody) for (const [name, value] of rest) url.searchParams.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
  return {
    method,
    url: url.href,
    headers: { accept: 'application/json, text/*;q=0.9', ...(hasBody ? { 'content-type': 'application/json' } : {}), ...lowerCaseNames(headers) },
    ...(hasBody ? { body: JSON.stringify(Object.fromEntries(rest)) } : {}),
    maxBytes
  }
}

/** A value for one place in the URL: never empty or dots, which would make it another path ("/orders/{id}" → "/orders/" or "/"). */
function plainValue (name: string, value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value).trim() : ''
  if (/^\.*$/.test(text)) throw new EarshotError('invalid', `${name} must be a value that can stand in a URL.`)
  return text
}

const lowerCaseNames = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

function describe ({ status, contentType, body, cut }: HttpResponse): string {
  if (status >= 300 && status < 400) return 'The service answered with a redirect, which is not followed.'
  const text = TEXT.test(contentType) ? body.trim() : `(${contentType.split(';')[0]}, not text)`
  if (status >= 400) return `The service refused with HTTP status ${status}${text === '' ? '.' : `: ${text.slice(0, MAX_ERROR_CHARACTERS)}`}`
  if (text === '') return 'Done.'
  return cut ? `${text} … (the rest is left out)` : text
}
