import type { HttpToolSettings } from './agent-tools.ts'

/** `{name}` in a URL stands for the argument of that name. */
export const PLACEHOLDER = /\{([^{}]*)\}/g
/** Headers that belong to the connection, not to its user. */
const CONNECTION_HEADERS = /^(?:host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*)$/i
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
/** Scheme and authority; no argument may stand there, or the model (and so the caller) could choose the server. */
const ORIGIN = /^https?:\/\/[^/?#{}\\@\s]+(?=[/?#]|$)/i

/** What is wrong with an HTTP tool beyond the types of its fields; undefined when nothing is. */
export function checkHttpTool ({ url, headers = {}, parameters = {} }: HttpToolSettings): { field: string, message: string } | undefined {
  if (!ORIGIN.test(url) || !URL.canParse(url)) return { field: 'url', message: 'must begin with https:// or http:// and a host; {…} may stand only in the path or the query, and no user name' }
  if (url.includes('#')) return { field: 'url', message: 'must have no fragment (#…)' }
  const declared = parameters['properties']
  const required = parameters['required']
  for (const [, name = ''] of url.matchAll(PLACEHOLDER)) {
    if (typeof declared !== 'object' || declared === null || !Object.hasOwn(declared, name)) return { field: 'url', message: `{${name}} is not among the properties of parameters` }
    if (!Array.isArray(required) || !required.includes(name)) return { field: 'parameters.required', message: `must name “${name}”, which the url needs` }
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name) || CONNECTION_HEADERS.test(name)) return { field: `headers.${name}`, message: 'is not a header that can be set' }
    if (!HEADER_VALUE.test(value)) return { field: `headers.${name}`, message: 'has characters that a header cannot carry' }
  }
  return undefined
}
