import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { EarshotError } from '../errors.ts'
import { PublishableKeySchema, QuotaSchema } from '../store/publishable-keys.ts'
import { crudRoutes, strictBody } from './crud.ts'
import type { ApiOptions } from './deps.ts'
import { publicUrl } from '../config.ts'

const { agentId, name, origins, isActive } = PublishableKeySchema.properties

/** Enough to try it on a site of one's own; a stranger who embeds nothing but calls all day costs no more. */
const DEFAULT_QUOTA = { callsPerDay: 100, minutesPerDay: 200, concurrentCalls: 3, minutesPerCall: 10 }

const quota = Type.Partial(QuotaSchema, { additionalProperties: false, description: `What is left out: ${JSON.stringify(DEFAULT_QUOTA)}` })

/** Keys for other sites' pages: each opens calls to one agent, from the sites it names. */
export const publishableKeyRoutes: FastifyPluginAsync<ApiOptions> = async (app, { deps: { stores: { publishableKeys, agents }, config } }) => {
  const checkAgent = async (userId: string, id: string): Promise<void> => {
    if (await agents.find(userId, id) === undefined) throw new EarshotError('invalid', 'agentId is none of your agents.', { field: 'agentId' })
  }
  crudRoutes(app, {
    one: 'publishableKey',
    aOne: 'a publishable key',
    many: 'publishableKeys',
    tag: 'Publishable keys',
    schema: Type.Object({ ...Type.Omit(PublishableKeySchema, ['isDeleted']).properties, embed: Type.String({ description: 'The line for the site\'s pages' }) }, { additionalProperties: false }),
    createBody: strictBody({ agentId, name, origins, quota: Type.Optional(quota), isActive: Type.Optional(isActive) }),
    changeBody: strictBody({ agentId: Type.Optional(agentId), name: Type.Optional(name), origins: Type.Optional(origins), quota: Type.Optional(quota), isActive: Type.Optional(isActive) }),
    filters: { agentId: Type.Optional(agentId), isActive: Type.Optional(isActive) },
    sorts: ['name'],
    find: publishableKeys.find,
    list: publishableKeys.list,
    async create (userId, { quota, isActive = true, ...fields }) {
      await checkAgent(userId, fields.agentId)
      checkOrigins(fields.origins)
      return await publishableKeys.create(userId, { ...fields, isActive, quota: { ...DEFAULT_QUOTA, ...quota } })
    },
    async change (userId, id, { quota, ...fields }) {
      if (fields.agentId !== undefined) await checkAgent(userId, fields.agentId)
      checkOrigins(fields.origins ?? [])
      const stored = await publishableKeys.find(userId, id)
      return stored && await publishableKeys.update(userId, id, { ...fields, ...(quota && { quota: { ...stored.quota, ...quota } }) })
    },
    remove: publishableKeys.remove,
    restore: publishableKeys.restore,
    show: (key) => ({ ...key, embed: `<script src="${publicUrl(config)}/widget.js" data-key="${key.key}" async></script>` })
  })
}

/** A site is named as browsers name it in Origin. The microphone is there for https:// and for this machine only. */
const checkOrigins = (origins: readonly string[]): void => {
  for (const [n, origin] of origins.entries()) {
    const url = URL.canParse(origin) ? new URL(origin) : undefined
    // A wildcard would look as if it worked.
    if (url?.origin === origin && !url.hostname.includes('*') && (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname)))) continue
    throw new EarshotError('invalid', `origins.${n} must be like https://www.example.com, without a path; http:// is for localhost only.`, { field: `origins.${n}` })
  }
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])
