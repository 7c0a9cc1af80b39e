import { ask, client, everyPage, pageAfter } from './client.ts'
import type { Resource } from './resource.ts'
import type { Body, Prompt } from './types.ts'

type NewPrompt = Body<'/api/prompts', 'post'>
type PromptChange = Body<'/api/prompts/{id}', 'patch'>

export const prompts: Resource<Prompt, NewPrompt, PromptChange> = {
  name: 'prompts',
  list: () => everyPage((cursor) => ask(client.GET('/api/prompts', { params: { query: pageAfter(cursor) } })), (page) => page.prompts),
  create: async (body) => (await ask(client.POST('/api/prompts', { body }))).prompt,
  change: async (id, body) => (await ask(client.PATCH('/api/prompts/{id}', { params: { path: { id } }, body }))).prompt,
  remove: (id) => ask(client.DELETE('/api/prompts/{id}', { params: { path: { id } } })),
  restore: async (id) => (await ask(client.POST('/api/prompts/{id}/restore', { params: { path: { id } } }))).prompt
}
