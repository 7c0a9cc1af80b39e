import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Where `npm run build` puts the console; the same folder seen from src and from dist. */
const FOLDER = fileURLToPath(new URL('../dist/console/', import.meta.url))

/** What answers to programs: an address below these is never a page. */
const PROGRAMS = /^\/(?:api|twilio|documentation)(?:\/|$)/

/** The web console: its files, compressed when it was built, and its page at every address that a browser opens. */
export async function consoleFiles (app: FastifyInstance): Promise<void> {
  if (!existsSync(`${FOLDER}index.html`)) {
    app.get('/', { schema: { hide: true } }, async (_request, reply) => await reply.code(503).type('text/plain').send('The console is not built: npm run build\n'))
    return
  }
  await app.register(fastifyStatic, {
    root: FOLDER,
    wildcard: false,
    preCompressed: true,
    cacheControl: false,
    // A name in assets has the hash of its content; the other files keep theirs and are asked for each time.
    setHeaders: (reply, path) => { reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache') }
  })
  app.get('/*', { schema: { hide: true } }, async (request, reply) => {
    const isPage = request.headers.accept?.includes('text/html') === true && !PROGRAMS.test(request.url)
    if (!isPage) return reply.callNotFound()
    return await reply.sendFile('index.html')
  })
}
