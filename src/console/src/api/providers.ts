import { useQuery } from '@tanstack/react-query'
import { ask, client } from './client.ts'

/** Whether a provider is connected, or the gateway's own speech server stands in; that changes with a restart only. */
export const useProviders = () => useQuery({
  queryKey: ['providers'],
  queryFn: async () => (await ask(client.GET('/api/providers'))).providers,
  staleTime: Infinity
})
