import { useInfiniteQuery, useQuery, useQueryClient, type InfiniteData, type QueryClient } from '@tanstack/react-query'
import { ask, client, pageAfter } from './client.ts'
import type { paths } from './schema.d.ts'
import type { Body, Call } from './types.ts'

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
  getNextPageParam: ({ nextCursor }) => nextCursor,
  // Events keep the pages true. To read a hundred of them again whenever the window is looked at, or to compare all with each new one, is work for nothing.
  refetchOnWindowFocus: false,
  structuralSharing: false
})

export const useCall = (id: string) => useQuery({
  queryKey: callKey(id),
  queryFn: async ({ client: queries }): Promise<Call> => {
    const { call } = await ask(client.GET('/api/calls/{id}', { params: { path: { id } } }))
    renewInLists(queries, call)
    return call
  }
})

export type CallPages = InfiniteData<{ success: true, calls: Call[], nextCursor?: string }>

/** Brings the lists that have a call up to date: its end may have been told while none was shown. */
export const renewInLists = (queries: QueryClient, call: Call): void => {
  queries.setQueriesData<CallPages>({ queryKey: ['calls'] }, (data) => data && {
    ...data,
    pages: data.pages.map((page) => ({ ...page, calls: page.calls.map((one) => one._id === call._id ? { ...call, transcript: [] } : one) }))
  })
}

/** Takes a call off the lists at once, and puts it back when the API refuses. @throws ApiError */
export const useRemoveCall = () => {
  const queries = useQueryClient()
  return async (id: string): Promise<void> => {
    const before = queries.getQueriesData<CallPages>({ queryKey: ['calls'] })
    queries.setQueriesData<CallPages>({ queryKey: ['calls'] }, (data) => data && { ...data, pages: data.pages.map((page) => ({ ...page, calls: page.calls.filter(({ _id }) => _id !== id) })) })
    try {
      await ask(client.DELETE('/api/calls/{id}', { params: { path: { id } } }))
    } catch (error) {
      for (const [key, data] of before) queries.setQueryData(key, data)
      throw error
    }
    queries.removeQueries({ queryKey: callKey(id) })
  }
}

export const useRestoreCall = () => {
  const queries = useQueryClient()
  return async (id: string): Promise<void> => {
    await ask(client.POST('/api/calls/{id}/restore', { params: { path: { id } } }))
    await queries.invalidateQueries({ queryKey: ['calls'] })
  }
}

export const endCall = async (id: string) => await ask(client.POST('/api/calls/{id}/end', { params: { path: { id } } }))

/** Tells the agent of a live call something that the caller does not hear. */
export const whisper = async (id: string, body: Body<'/api/calls/{id}/whisper', 'post'>) => await ask(client.POST('/api/calls/{id}/whisper', { params: { path: { id } }, body }))

/** Connects the caller of a live call to a person. */
export const transferCall = async (id: string, body: Body<'/api/calls/{id}/transfer', 'post'>) => await ask(client.POST('/api/calls/{id}/transfer', { params: { path: { id } }, body }))

/** Where a file of a call is. @param part which of its streams, from 1 */
export const callFile = (id: string, kind: 'recording' | 'tape', part: number): string => `/api/calls/${encodeURIComponent(id)}/${kind}?part=${part}`
