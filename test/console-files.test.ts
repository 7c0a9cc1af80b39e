import Fastify from 'fastify'
import { test, type Test } from 'tap'
import { consoleFiles } from '../src/console-files.ts'

const build = async (t: Test) => {
  const app = Fastify()
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ success: false }))
  await consoleFiles(app)
  t.teardown(() => app.close())
  return app
}

const asBrowser = { accept: 'text/html,application/xhtml+xml', 'accept-encoding': 'gzip, br' }

// The console is built by `npm test` itself.
test('the page has nothing inline, and all that it names is there', async (t) => {
  const app = await build(t)
  const page = await app.inject('/')
  t.equal(page.statusCode, 200)
  t.match(page.headers, { 'content-type': /^text\/html/, 'cache-control': 'no-cache' })
  t.notMatch(page.body, /<script>|<style|style=|onclick=|https?:/)
  const named = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path)
  t.ok(named.length > 2)
  for (const path of named) t.equal((await app.inject(path)).statusCode, 200, path)
})

test('what has its hash in its name is kept for ever and comes compressed', async (t) => {
  const app = await build(t)
  const [, script = ''] = /src="([^"]+\.js)"/.exec((await app.inject('/')).body) ?? []
  const plain = await app.inject(script)
  t.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable')
  t.equal(plain.headers['content-encoding'], undefined)
  for (const [accepted, encoding] of [['gzip, br', 'br'], ['gzip', 'gzip']]) {
    const compressed = await app.inject({ url: script, headers: { 'accept-encoding': accepted } })
    t.equal(compressed.headers['content-encoding'], encoding)
    t.equal(compressed.headers['cache-control'], 'public, max-age=31536000, immutable')
    t.ok(compressed.rawPayload.length < plain.rawPayload.length / 2)
  }
})

test('a browser gets the page at every address, a program only where there is something', async (t) => {
  const app = await build(t)
  t.match((await app.inject({ url: '/calls/65a1b2c3d4e5f60718293a4b', headers: asBrowser })).headers, { 'content-type': /^text\/html/ })
  for (const url of ['/api/nowhere', '/twilio/nowhere', '/documentation/nowhere']) t.equal((await app.inject({ url, headers: asBrowser })).statusCode, 404, url)
  t.equal((await app.inject('/calls/65a1b2c3d4e5f60718293a4b')).statusCode, 404)
  t.equal((await app.inject('/assets/gone.js')).statusCode, 404)
})
