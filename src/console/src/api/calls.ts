import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { ask, client, pageAfter } from './client.ts'
import type { paths } from './schema.d.ts'
import type { Call } from './types.ts'

type Query = NonNullable<paths['/api/calls']['get']['parameters']['query']>
/** What a list of calls can be narrowed by. */
export type CallFilter = Pick<Query, 'agent_id' | 'number' | 'status' | 'search' | 'started_after' | 'started_before'>

export const callsKey = (filter: CallFilter) => ['calls', filter] as const
export const callKey = (id: string) => ['call', id] as const

/** Calls without their transcripts, a page at a time. */
export const useCalls = (filter: CallFilter) => useInfiniteQuery({
  queryKey: callsKey(filter),
  queryFn: ({ pageParam }) => ask(client.GET('/api/calls', { params: { query: { ...filter, transcript: false, ...pageAfter(pageParam) } } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ nextCursor }) => nextCursor
})

export const useCall = (id: string) => useQuery({
  queryKey: callKey(id),
  queryFn: async (): Promise<Call> => (await ask(client.GET('/api/calls/{id}', { params: { path: { id } } }))).call
})

export const endCall = async (id: string) => await ask(client.POST('/api/calls/{id}/end', { params: { path: { id } } }))
