import { ask, client, everyPage, pageAfter } from './client.ts'
import type { Resource } from './resource.ts'
import type { Agent, Body } from './types.ts'

export type NewAgent = Body<'/api/agents', 'post'>
export type AgentChange = Body<'/api/agents/{id}', 'patch'>

export const agents: Resource<Agent, NewAgent, AgentChange> = {
  name: 'agents',
  list: () => everyPage((cursor) => ask(client.GET('/api/agents', { params: { query: pageAfter(cursor) } })), (page) => page.agents),
  create: async (body) => (await ask(client.POST('/api/agents', { body }))).agent,
  change: async (id, body) => (await ask(client.PATCH('/api/agents/{id}', { params: { path: { id } }, body }))).agent,
  remove: (id) => ask(client.DELETE('/api/agents/{id}', { params: { path: { id } } })),
  restore: async (id) => (await ask(client.POST('/api/agents/{id}/restore', { params: { path: { id } } }))).agent
}
