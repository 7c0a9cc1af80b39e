import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { ask, client, pageAfter } from './client.ts'
import type { paths } from './schema.d.ts'

export type AuditFilter = Pick<NonNullable<paths['/api/audit-log']['get']['parameters']['query']>, 'resource' | 'action' | 'after' | 'before'>

/** Who changed what, the latest first; while another filter is read, what was there stays in sight. */
export const useAuditLog = (filter: AuditFilter) => useInfiniteQuery({
  queryKey: ['audit-log', filter],
  queryFn: ({ pageParam }) => ask(client.GET('/api/audit-log', { params: { query: { ...filter, ...pageAfter(pageParam), limit: 50 } } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ nextCursor }) => nextCursor,
  placeholderData: keepPreviousData
})
