import createClient from 'openapi-fetch'
import type { paths } from './schema.d.ts'

/** The API as fixtures/openapi.json describes it: a wrong path, field or type does not compile. */
export const client = createClient<paths>()

/** What the API refused, or that it did not answer. */
export class ApiError extends Error {
  /** The API's code, or `unreachable`. */
  readonly code: string
  /** The field of the request that is wrong, such as `toPhoneNumbers.3`. */
  readonly field: string | undefined

  constructor (code: string, message: string, field?: string) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.field = field
  }
}

/** Waits for an answer's body. @throws ApiError */
export const ask = async <Data> (request: Promise<{ data?: Data, error?: unknown, response: Response }>): Promise<Data> => {
  const { data, error, response } = await request.catch(() => { throw unreachable() })
  if (response.ok && data !== undefined) return data
  throw errorOf(error)
}

/** The API's own words for a failure, from the body of an answer. */
export const errorOf = (body: unknown): ApiError => {
  if (!isRefusal(body)) return unreachable()
  const { code, message, field } = body.error
  return new ApiError(code, field === undefined ? message : sentence(message, field), field)
}

const unreachable = () => new ApiError('unreachable', '')

interface Refusal { error: { code: string, message: string, field?: string } }
const isRefusal = (body: unknown): body is Refusal =>
  typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'object' && body.error !== null && 'code' in body.error && 'message' in body.error

/** A message without the path of its field: it stands beside that. */
const sentence = (message: string, field: string): string => {
  const told = message.replace(/^(?:body|querystring|params)\/?/, '')
  const path = [field, field.replaceAll('.', '/')].find((one) => told.startsWith(one)) ?? ''
  const rest = told.slice(path.length).replace(/^[:\s]+/, '')
  return `${rest.charAt(0).toUpperCase()}${rest.slice(1)}`
}

/** The part of a query that asks for a page of a list. */
export const pageAfter = (cursor: string | undefined) => ({ limit: 100, ...(cursor === undefined ? {} : { cursor }) })

/** All items of a list that people keep by hand, page after page. */
export const everyPage = async <Page extends { nextCursor?: string }, Item> (read: (cursor: string | undefined) => Promise<Page>, items: (page: Page) => Item[]): Promise<Item[]> => {
  const all: Item[] = []
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const page = await read(cursor)
    all.push(...items(page))
    cursor = page.nextCursor
  }
  return all
}
