import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError } from './client.ts'

const RETRIES = 2
/** What was read so recently is not read again when a view opens. */
const FRESH_MS = 10_000

export const SESSION_KEY = ['session']

/** A session that has ended shows the sign-in, whatever was asked. */
const noticeSignOut = (error: Error): void => {
  if (error instanceof ApiError && error.code === 'unauthorized') queryClient.setQueryData(SESSION_KEY, null)
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSignOut }),
  mutationCache: new MutationCache({ onError: noticeSignOut }),
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // What the API refuses it refuses again.
      retry: (failures, error) => error instanceof ApiError && error.code === 'unreachable' && failures < RETRIES
    }
  }
})
