import type {} from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { EarshotError } from '../errors.ts'
import { identityOf } from './authentication.ts'

/** An office behind one address signs in; a guesser of passwords gets nowhere. */
const BY_ADDRESS = { max: 60, timeWindow: '1 minute' } as const

/** A person who mistypes; not a botnet with an address for each guess. */
const BY_ACCOUNT = { max: 10, timeWindow: '5 minutes' } as const

/** What one user may ask of a costly route: a person who tries things out, not a program that runs away. */
const BY_USER = { max: 60, timeWindow: '1 minute' } as const

/** The hook that bounds attempts at a password, by address and by account. @param accountOf tells whose password is tried */
export const limitAttempts = (app: FastifyInstance, accountOf: (request: FastifyRequest) => string) =>
  limitBy(app.createRateLimit(BY_ADDRESS), app.createRateLimit({ ...BY_ACCOUNT, keyGenerator: accountOf }))

/** The hook that bounds what each user may ask of the routes that share it. */
export const limitUsers = (app: FastifyInstance) =>
  limitBy(app.createRateLimit({ ...BY_USER, keyGenerator: (request) => identityOf(request).userId }))

/** The hook that bounds what each address may ask. */
export const limitAddresses = (app: FastifyInstance) => limitBy(app.createRateLimit(BY_ADDRESS))

const limitHooks = new WeakSet<object>()

/** Whether a route has one of these hooks: it is in the API's description. */
export const isLimited = ({ onRequest, preHandler }: Pick<RouteOptions, 'onRequest' | 'preHandler'>): boolean =>
  [onRequest ?? [], preHandler ?? []].flat().some((hook) => limitHooks.has(hook))

const limitBy = (...limits: Array<ReturnType<FastifyInstance['createRateLimit']>>) => {
  const hook = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    for (const limit of limits) {
      const result = await limit(request)
      if (result.isAllowed || !result.isExceeded) continue
      reply.header('retry-after', result.ttlInSeconds)
      throw new EarshotError('rate_limited')
    }
  }
  limitHooks.add(hook)
  return hook
}
