import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { NewAuditEntry } from '../store/audit-log.ts'
import type { Identity } from './authentication.ts'
import type { ApiDeps } from './deps.ts'

declare module 'fastify' {
  interface FastifyRequest {
    auditId: string | null
    /** Whose password was given wrong. */
    refusedUserId: string | null
  }
}

const ACTIONS: Record<string, string> = { POST: 'create', PUT: 'change', PATCH: 'change', DELETE: 'remove' }

/** What is said on the phone and in texts has records of its own. */
const UNAUDITED = new Set(['calls', 'browser-calls', 'messages'])

/**
 * Notes every change that a request makes. There is no transaction over the entry and the change, so the entry comes first, as `unknown`: it becomes `done`
 * before the request is answered, and goes when the request is refused. Whatever dies in between, no change is without its entry.
 */
export const auditChanges = (app: FastifyInstance, { stores: { auditLog } }: ApiDeps): void => {
  app.decorateRequest('auditId', null)
  app.decorateRequest('refusedUserId', null)

  app.addHook('preHandler', async (request) => {
    const entry = entryOf(request)
    if (entry !== undefined && request.identity !== null) request.auditId = await auditLog.add({ ...entry, ...actorOf(request.identity), outcome: 'unknown' })
  })

  app.addHook('preSerialization', async (request, { statusCode }, payload) => {
    try {
      const { auditId } = request
      if (auditId === null) await noteSignIn(request, statusCode, payload)
      else if (statusCode < 400) await auditLog.confirm(auditId, idIn(payload))
      else if (statusCode < 500) await auditLog.withdraw(auditId)
    } catch (err) {
      // The change is made: an answer that says otherwise would be worse than an entry that says "unknown".
      request.log.error({ err }, 'audit entry not finished')
    }
    return payload
  })

  // After the answer, whose time must not tell whether there is such an account.
  app.addHook('onResponse', async (request) => {
    const entry = entryOf(request)
    const { refusedUserId: userId } = request
    if (entry === undefined || userId === null) return
    await auditLog.refuse({ ...entry, userId }).catch((err: unknown) => { request.log.error({ err }, 'failed sign-in not noted') })
  })

  /** Whoever signs in is known only now; the cookie goes out with the answer. */
  const noteSignIn = async (request: FastifyRequest, statusCode: number, payload: unknown): Promise<void> => {
    const entry = entryOf(request)
    const userId = idIn(payload)
    if (entry === undefined || userId === undefined || statusCode >= 400 || entry.resource !== 'auth') return
    await auditLog.add({ ...entry, userId, actor: { type: 'session' }, outcome: 'done' })
  }
}

const actorOf = ({ userId, apiKey }: Identity): Pick<NewAuditEntry, 'userId' | 'actor'> =>
  ({ userId, actor: apiKey === undefined ? { type: 'session' } : { type: 'api_key', id: apiKey._id, name: apiKey.name } })

/** Undefined for a request that changes nothing, or nothing that is audited. */
const entryOf = ({ method, routeOptions: { url = '' }, params, body, id: requestId, ip: address }: FastifyRequest): Omit<NewAuditEntry, 'userId' | 'actor' | 'outcome'> | undefined => {
  const action = ACTIONS[method]
  const [resource, ...rest] = url.split('/').filter((part) => part !== '').slice(1)
  if (action === undefined || resource === undefined || UNAUDITED.has(resource)) return undefined
  const resourceId = isRecord(params) && typeof params['id'] === 'string' ? { resourceId: params['id'] } : {}
  const named = rest.filter((part) => !part.startsWith(':'))
  return { action: named.length > 0 ? named.join('/') : action, resource, ...resourceId, fields: isRecord(body) ? Object.keys(body) : [], requestId, address }
}

/** The id of the document that an answer shows. */
const idIn = (payload: unknown): string | undefined => {
  if (!isRecord(payload)) return undefined
  for (const value of Object.values(payload)) if (isRecord(value) && typeof value['_id'] === 'string') return value['_id']
  return undefined
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
