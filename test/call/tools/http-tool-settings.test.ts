import { test } from 'tap'
import { checkHttpTool } from '../../../src/call/tools/http-tool-settings.ts'

const base = { type: 'http', name: 'find', description: 'Finds.', parameters: { type: 'object', properties: { id: {} }, required: ['id'] } } as const
const field = (url: string, headers?: Record<string, string>) => checkHttpTool({ ...base, url, ...(headers === undefined ? {} : { headers }), parameters: { ...base.parameters, required: ['id'] } })?.field

test('no argument can choose the server', async (t) => {
  for (const url of ['https://example.com', 'https://example.com:8443/a/{id}', 'http://example.com?q={id}', 'HTTPS://example.com/a.{id}']) t.equal(field(url), undefined, url)
  for (const url of ['https://{id}', 'https://a.{id}/', 'https://example.com:{id}/', 'https://example.com{id}', '{id}', 'https:///{id}', 'https://a@{id}/', 'https://a\\@b/', 'javascript:alert(1)', 'https://exa mple.com/', 'https://example.com:99999/']) t.equal(field(url), 'url', url)
})

test('headers that belong to the connection, or that would split the request', async (t) => {
  t.equal(field('https://example.com', { Authorization: 'Bearer ä', 'X-Key': '' }), undefined)
  for (const name of ['Host', 'content-length', 'Transfer-Encoding', 'connection', 'Proxy-Authorization', 'a b', '', 'a:b']) t.equal(field('https://example.com', { [name]: 'x' }), `headers.${name}`, name)
  for (const value of ['a\nb', 'a\rb', '\0', '€']) t.equal(field('https://example.com', { a: value }), 'headers.a', JSON.stringify(value))
})
