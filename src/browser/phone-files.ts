import type { FastifyPluginAsync } from 'fastify'
import { readFile } from 'node:fs/promises'
import { EarshotError } from '../errors.ts'

/** Where `npm run build` puts them; the same folder seen from src and from dist. */
const FOLDER = new URL('../../dist/phone/', import.meta.url)

/** The browser phone's scripts, for the console and for any other site: a page that may not call loads them in vain. */
export const phoneFiles: FastifyPluginAsync = async (app) => {
  for (const name of ['widget.js', 'phone-worklet.js']) {
    const file = readFile(new URL(name, FOLDER)).catch(() => undefined)
    app.get(`/${name}`, { schema: { hide: true }, logLevel: 'warn' }, async (_request, reply) => {
      const script = await file
      if (script === undefined) throw new EarshotError('not_found', 'The browser phone is not built: npm run build.')
      // A worklet is loaded with CORS, wherever it comes from (https://html.spec.whatwg.org/multipage/worklets.html#fetch-a-worklet-script-graph).
      return await reply.headers({ 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin', 'cache-control': 'public, max-age=300' }).type('text/javascript; charset=utf-8').send(script)
    })
  }
}
