import { useInfiniteQuery, useMutation, useQueryClient, type InfiniteData, type QueryClient } from '@tanstack/react-query'
import { ask, client, pageAfter } from './client.ts'
import type { paths } from './schema.d.ts'
import type { Body, Message } from './types.ts'

export type Thread = paths['/api/messages/threads']['get']['responses'][200]['content']['application/json']['threads'][number]

/** How often the view looks for new messages: they come by webhook, and no stream tells of them. */
const LOOK_MS = 5_000

const threadsKey = ['threads'] as const
const threadKey = (numbers: readonly [string, string]) => ['messages', ...numbers] as const

/** Conversations by number pair, the latest first. */
export const useThreads = () => useInfiniteQuery({
  queryKey: threadsKey,
  queryFn: ({ pageParam }) => ask(client.GET('/api/messages/threads', { params: { query: pageAfter(pageParam) } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ nextCursor }) => nextCursor,
  refetchInterval: LOOK_MS
})

/** What two numbers wrote to each other, the latest first. */
export const useThread = (numbers: readonly [string, string]) => useInfiniteQuery({
  queryKey: threadKey(numbers),
  queryFn: ({ pageParam }) => ask(client.GET('/api/messages', { params: { query: { number: numbers[0], otherNumber: numbers[1], ...pageAfter(pageParam) } } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ nextCursor }) => nextCursor,
  refetchInterval: LOOK_MS
})

/** Sends a text and shows it at once, as being on its way; takes it back when the API refuses. @param key the same for every try of one text: it is sent once */
export const useSendMessage = (numbers: readonly [string, string]) => {
  const queries = useQueryClient()
  const queryKey = threadKey(numbers)
  return useMutation({
    mutationFn: async ({ key, ...body }: NewMessage & { key: string }) => (await ask(client.POST('/api/messages', { body, params: { header: { 'idempotency-key': key } } }))).message,
    async onMutate ({ to, body }) {
      await queries.cancelQueries({ queryKey })
      const before = queries.getQueryData<Pages>(queryKey)
      const now = new Date().toISOString()
      const from = numbers[0] === to ? numbers[1] : numbers[0]
      const message: Message = { _id: `new ${now}`, userId: '', created_at: now, updated_at: now, messageSid: '', fromNumber: from, toNumber: to, body, direction: 'outgoing', status: 'queued' }
      queries.setQueryData<Pages>(queryKey, (data) => data && { ...data, pages: data.pages.map((page, n) => n === 0 ? { ...page, messages: [message, ...page.messages] } : page) })
      return before
    },
    onError: (_error, _given, before) => queries.setQueryData(queryKey, before),
    onSettled: () => renewThread(queries, numbers)
  })
}

/** Takes a message off its thread at once, and puts it back when the API refuses. @throws ApiError */
export const useRemoveMessage = (numbers: readonly [string, string]) => {
  const queries = useQueryClient()
  const queryKey = threadKey(numbers)
  return async (id: string): Promise<void> => {
    await queries.cancelQueries({ queryKey })
    queries.setQueryData<Pages>(queryKey, (data) => data && { ...data, pages: data.pages.map((page) => ({ ...page, messages: page.messages.filter(({ _id }) => _id !== id) })) })
    try {
      await ask(client.DELETE('/api/messages/{id}', { params: { path: { id } } }))
    } finally {
      await renewThread(queries, numbers)
    }
  }
}

export const useRestoreMessage = (numbers: readonly [string, string]) => {
  const queries = useQueryClient()
  return async (id: string): Promise<void> => {
    await ask(client.POST('/api/messages/{id}/restore', { params: { path: { id } } }))
    await renewThread(queries, numbers)
  }
}

const renewThread = async (queries: QueryClient, numbers: readonly [string, string]): Promise<void> => {
  await Promise.all([queries.invalidateQueries({ queryKey: threadKey(numbers) }), queries.invalidateQueries({ queryKey: threadsKey })])
}

type NewMessage = Body<'/api/messages', 'post'>
type Pages = InfiniteData<{ success: true, messages: Message[], nextCursor?: string }>

/** Marks a thread as read, or says whether its number's agent may answer in it. */
export const useChangeThread = () => {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: Body<'/api/messages/threads', 'patch'>) => ask(client.PATCH('/api/messages/threads', { body })),
    onSettled: () => queries.invalidateQueries({ queryKey: threadsKey })
  })
}
