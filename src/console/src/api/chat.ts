import { useQuery } from '@tanstack/react-query'
import { ask, client } from './client.ts'
import type { Agent, Body, Reply } from './types.ts'

export type ChatMessage = NonNullable<Body<'/api/agents/{id}/chat', 'post'>['messages']>[number]
export type ToolCall = Reply<'/api/agents/{id}/chat', 'post'>['toolCalls'][number]

/** An agent's answer to a conversation, of which nothing is stored. */
export const chatWith = async (id: string, body: Body<'/api/agents/{id}/chat', 'post'>) => await ask(client.POST('/api/agents/{id}/chat', { params: { path: { id } }, body }))

/** How an agent begins. */
export const useGreeting = ({ _id, greeting, language }: Agent) => useQuery({
  queryKey: ['greeting', _id, greeting, language],
  queryFn: async () => (await chatWith(_id, {})).text
})

/** Says a call's turns to its agent as it is now, or with another prompt. */
export const replayCall = async (id: string, body: Body<'/api/calls/{id}/replay', 'post'>) => await ask(client.POST('/api/calls/{id}/replay', { params: { path: { id } }, body }))
