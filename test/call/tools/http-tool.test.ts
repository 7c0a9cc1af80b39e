import fc from 'fast-check'
import { test } from 'tap'
import type { HttpToolSettings } from '../../../src/call/tools/agent-tools.ts'
import { httpTool, requestFor, type HttpRequest, type HttpResponse } from '../../../src/call/tools/http-tool.ts'

const settings: HttpToolSettings = { type: 'http', name: 'find', description: 'Finds.', url: 'https://example.com/orders/{id}' }
const never = new AbortController().signal

function answered (response: Partial<HttpResponse>) {
  const requests: HttpRequest[] = []
  const tool = httpTool(settings, async (request) => {
    requests.push(request)
    return { status: 200, contentType: 'application/json', body: '', cut: false, ...response }
  })
  return { requests, run: async (args: Record<string, unknown> = { id: '7' }) => (await tool.run(args, { callerNumber: '+14155550123' }, never)).content }
}

test('arguments go where the owner put them, the rest into query or body', async (t) => {
  t.equal(requestFor(settings, { id: 'a b/c', page: 2, tags: ['x'] }).url, 'https://example.com/orders/a%20b%2Fc?page=2&tags=%5B%22x%22%5D')
  const post = requestFor({ ...settings, method: 'POST', headers: { Authorization: 'Bearer k', Accept: 'text/csv' } }, { id: 7, note: 'hi', nothing: undefined })
  t.same(post, { method: 'POST', url: 'https://example.com/orders/7', headers: { accept: 'text/csv', 'content-type': 'application/json', authorization: 'Bearer k' }, body: '{"note":"hi"}', maxBytes: 16_384 })
  t.equal(requestFor({ ...settings, method: 'DELETE' }, { id: true, x: 1 }).url, 'https://example.com/orders/true?x=1')
})

test('an argument cannot make another path', async (t) => {
  for (const id of ['', ' ', '.', '..', '...', null, undefined, {}, ['a']]) t.throws(() => requestFor(settings, { id }), { code: 'invalid', message: /^id must be/ }, JSON.stringify(id))
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('.', '/', '\\', '%', '2', 'e', 'f', '#', '?', '@', ':', 'a', '\t', ' ', 'ä') }), (id) => {
    if (/^\.*$/.test(id.trim())) return
    const { origin, pathname, search, hash } = new URL(requestFor({ ...settings, url: 'https://example.com/a/{id}/b' }, { id }).url)
    if (origin !== 'https://example.com' || !/^\/a\/[^/]+\/b$/.test(pathname) || search !== '' || hash !== '') throw new Error(`${pathname}${search}${hash}`)
    if (decodeURIComponent(pathname.slice(3, -2)) !== id.trim()) throw new Error('another value')
  }), { numRuns: 2000 })
})

test('what the model reads', async (t) => {
  t.equal(await answered({ body: ' {"state":"sent"} ' }).run(), '{"state":"sent"}')
  t.equal(await answered({ body: '', contentType: '' }).run(), 'Done.')
  t.equal(await answered({ body: 'abc', cut: true }).run(), 'abc … (the rest is left out)')
  t.equal(await answered({ body: '\u0000PNG', contentType: 'image/png; x' }).run(), '(image/png, not text)')
  t.equal(await answered({ body: 'a', contentType: 'application/problem+json' }).run(), 'a')
  t.equal(await answered({ status: 404, body: 'no such order', contentType: 'text/plain' }).run(), 'The service refused with HTTP status 404: no such order')
  t.equal((await answered({ status: 500, body: 'x'.repeat(9000) }).run()).length, 'The service refused with HTTP status 500: '.length + 500)
  t.equal(await answered({ status: 302, body: 'http://internal' }).run(), 'The service answered with a redirect, which is not followed.')
})
