import { ask, client, everyPage, pageAfter } from './client.ts'
import type { Resource } from './resource.ts'
import type { Body, PublishableKey } from './types.ts'

type NewKey = Body<'/api/publishable-keys', 'post'>
type KeyChange = Body<'/api/publishable-keys/{id}', 'patch'>

export const publishableKeys: Resource<PublishableKey, NewKey, KeyChange> = {
  name: 'publishable-keys',
  list: () => everyPage((cursor) => ask(client.GET('/api/publishable-keys', { params: { query: pageAfter(cursor) } })), (page) => page.publishableKeys),
  create: async (body) => (await ask(client.POST('/api/publishable-keys', { body }))).publishableKey,
  change: async (id, body) => (await ask(client.PATCH('/api/publishable-keys/{id}', { params: { path: { id } }, body }))).publishableKey,
  remove: (id) => ask(client.DELETE('/api/publishable-keys/{id}', { params: { path: { id } } })),
  restore: async (id) => (await ask(client.POST('/api/publishable-keys/{id}/restore', { params: { path: { id } } }))).publishableKey
}
