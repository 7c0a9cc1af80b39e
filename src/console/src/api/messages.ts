import { useInfiniteQuery } from '@tanstack/react-query'
import { ask, client, pageAfter } from './client.ts'

/** How often the view looks for new messages: they come by webhook, and no stream tells of them. */
const LOOK_MS = 5_000

export const threadsKey = ['threads'] as const
export const threadKey = (numbers: readonly [string, string]) => ['messages', ...numbers] as const

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
