import type { FastifyInstance, HTTPMethods } from 'fastify'
import { EarshotError } from '../errors.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY'] as const satisfies HTTPMethods[]

/**
 * Answers 405 with `Allow` to a method that an address does not have (RFC 9110, section 15.5.6). To be called before the routes are registered.
 * @returns adds the answers; to be called after
 */
export const refuseOtherMethods = (app: FastifyInstance): () => void => {
  /** By address without the slash at its end; a list has two addresses. */
  const known = new Map<string, { urls: Set<string>, methods: Set<string> }>()
  app.addHook('onRoute', ({ url, method }) => {
    const path = url.replace(/\/$/, '')
    const route = known.get(path) ?? { urls: new Set(), methods: new Set() }
    known.set(path, route)
    route.urls.add(url)
    for (const one of [method].flat()) route.methods.add(one)
  })
  return () => {
    for (const { urls, methods } of [...known.values()]) {
      const others = METHODS.filter((method) => !methods.has(method))
      const allow = [...methods].join(', ')
      for (const url of [...urls]) {
        app.route({
          method: others,
          url: url.slice(app.prefix.length),
          schema: { hide: true },
          onRequest: async (_request, reply) => {
            reply.header('allow', allow)
            throw new EarshotError('method_not_allowed', `This address has ${allow} only.`)
          },
          handler: async () => {}
        })
      }
    }
  }
}
