import type {} from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { randomBytes } from 'node:crypto'
import { publicUrl, secureCookies, type Config } from '../config.ts'
import { EarshotError } from '../errors.ts'
import type { ApiKeyRecord } from '../store/api-keys.ts'
import type { ApiDeps } from './deps.ts'

/** Who sent a request, and by which session if it was a browser, by which key if it was a program. */
export interface Identity { userId: string, sessionToken?: string, apiKey?: Pick<ApiKeyRecord, '_id' | 'name'> }

declare module 'fastify' {
  interface FastifyRequest { identity: Identity | null }
}

export const SESSION_COOKIE = 'earshot_session'

/** A browser stays signed in for two weeks. */
const SESSION_MS = 14 * 86_400_000

/** The hook that lets only users in: programs by `Authorization: Bearer SECRET`, browsers by their session's cookie. */
export const authenticate = ({ stores }: ApiDeps) => async (request: FastifyRequest): Promise<void> => {
  const identity = request.headers.authorization === undefined ? await bySession(stores, request) : await byKey(stores, request)
  if (identity === undefined) throw new EarshotError('unauthorized')
  request.identity = identity
}

const bySession = async ({ sessions }: ApiDeps['stores'], request: FastifyRequest): Promise<Identity | undefined> => {
  const token = request.cookies[SESSION_COOKIE]
  if (token === undefined) return undefined
  const session = await sessions.findByToken(token)
  return session && { userId: session.userId, sessionToken: token }
}

const byKey = async ({ apiKeys }: ApiDeps['stores'], request: FastifyRequest): Promise<Identity | undefined> => {
  const secret = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (secret === undefined) return undefined
  const key = await apiKeys.findBySecret(secret)
  if (key === undefined) return undefined
  await apiKeys.touch(key)
  return { userId: key.userId, apiKey: key }
}

/** The user of a request behind `authenticate`. */
export const identityOf = ({ identity }: FastifyRequest): Identity => {
  if (identity === null) throw new EarshotError('unauthorized')
  return identity
}

/** Begins a session and gives the browser its cookie. */
export const signIn = async ({ stores, clock, config }: ApiDeps, reply: FastifyReply, userId: string): Promise<void> => {
  const token = randomBytes(32).toString('base64url')
  await stores.sessions.create(userId, token, new Date(clock.now() + SESSION_MS))
  reply.setCookie(SESSION_COOKIE, token, { ...cookieOptions(config), maxAge: SESSION_MS / 1000 })
}

/** Ends the session; the cookie opens nothing any more, also where a copy of it is kept. */
export const signOut = async ({ stores, config }: ApiDeps, reply: FastifyReply, { sessionToken }: Identity): Promise<void> => {
  if (sessionToken !== undefined) await stores.sessions.removeByToken(sessionToken)
  reply.clearCookie(SESSION_COOKIE, cookieOptions(config))
}

const cookieOptions = (config: Config) => ({ path: '/', httpOnly: true, sameSite: 'lax', secure: secureCookies(config) } as const)

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * The hook against forged requests from other sites, whose browsers would send our cookie along: what changes something must come from our own
 * pages. Browsers tell by Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/), older ones by Origin; a program that sends neither holds no one's cookies,
 * and no foreign page can set Authorization.
 */
export const refuseForeignSites = ({ config }: ApiDeps) => {
  const ours = new URL(publicUrl(config)).origin
  return async ({ method, headers }: FastifyRequest): Promise<void> => {
    if (SAFE_METHODS.has(method) || headers.authorization !== undefined) return
    const site = headers['sec-fetch-site']
    const own = site === undefined ? headers.origin === undefined || headers.origin === ours : site === 'same-origin' || site === 'none'
    if (!own) throw new EarshotError('forbidden', 'Requests from other sites are refused.')
  }
}
