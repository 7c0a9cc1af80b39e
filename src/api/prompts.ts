import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { EarshotError } from '../errors.ts'
import { PromptSchema } from '../store/prompts.ts'
import { clearable, crudRoutes, strictBody, withoutNulls } from './crud.ts'
import type { ApiOptions } from './deps.ts'

const { name, content, phoneNumberId, category } = PromptSchema.properties
const description = Type.String({ maxLength: 2_000, description: 'For people' })

/** Texts that calls are made with. */
export const promptRoutes: FastifyPluginAsync<ApiOptions> = async (app, { deps: { stores: { prompts, phones } } }) => {
  const checkPhone = async (userId: string, phoneNumberId: string) => {
    if (await phones.find(userId, phoneNumberId) === undefined) throw new EarshotError('invalid', 'phoneNumberId is none of your phone numbers.', { field: 'phoneNumberId' })
  }
  crudRoutes(app, {
    one: 'prompt',
    aOne: 'a prompt',
    many: 'prompts',
    tag: 'Prompts',
    schema: Type.Omit(PromptSchema, ['isDeleted']),
    createBody: strictBody({ name, content, phoneNumberId, description: Type.Optional(description), category: Type.Optional(category) }),
    changeBody: strictBody({ name: Type.Optional(name), content: Type.Optional(content), phoneNumberId: Type.Optional(phoneNumberId), description: clearable(description), category: Type.Optional(category) }),
    filters: { phoneNumberId: Type.Optional(phoneNumberId), category: Type.Optional(category) },
    sorts: ['name', 'category', 'updated_at'],
    find: prompts.find,
    list: prompts.list,
    async create (userId, body) {
      await checkPhone(userId, body.phoneNumberId)
      return await prompts.create(userId, body)
    },
    async change (userId, id, body) {
      if (body.phoneNumberId !== undefined) await checkPhone(userId, body.phoneNumberId)
      return await prompts.update(userId, id, withoutNulls(body))
    },
    remove: prompts.remove,
    async restore (userId, id) {
      const removed = await prompts.findRemoved(userId, id)
      if (removed !== undefined) await checkPhone(userId, removed.phoneNumberId)
      return await prompts.restore(userId, id)
    }
  })
}
