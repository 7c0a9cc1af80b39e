import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ask, client } from './client.ts'
import type { paths } from './schema.d.ts'
import type { Analytics } from './types.ts'

export type AnalyticsQuery = NonNullable<paths['/api/analytics']['get']['parameters']['query']>

/** How calls went; while another range is read, the one before stays in sight. */
export const useAnalytics = (query: AnalyticsQuery) => useQuery({
  queryKey: ['analytics', query],
  queryFn: async (): Promise<Analytics> => (await ask(client.GET('/api/analytics', { params: { query } }))).analytics,
  placeholderData: keepPreviousData
})
