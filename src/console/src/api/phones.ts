import { ask, client, everyPage, pageAfter } from './client.ts'
import type { Resource } from './resource.ts'
import type { Body, Phone } from './types.ts'

export type NewPhone = Body<'/api/phones', 'post'>
type PhoneChange = Body<'/api/phones/{id}', 'patch'>

export const phones: Resource<Phone, NewPhone, PhoneChange> = {
  name: 'phones',
  list: () => everyPage((cursor) => ask(client.GET('/api/phones', { params: { query: pageAfter(cursor) } })), (page) => page.phones),
  create: async (body) => (await ask(client.POST('/api/phones', { body }))).phone,
  change: async (id, body) => (await ask(client.PATCH('/api/phones/{id}', { params: { path: { id } }, body }))).phone,
  remove: (id) => ask(client.DELETE('/api/phones/{id}', { params: { path: { id } } })),
  restore: async (id) => (await ask(client.POST('/api/phones/{id}/restore', { params: { path: { id } } }))).phone
}
