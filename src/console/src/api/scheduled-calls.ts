import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ask, client, everyPage, pageAfter } from './client.ts'
import type { Resource } from './resource.ts'
import type { paths } from './schema.d.ts'
import type { Body, Call, Reply, ScheduledCall } from './types.ts'

export type NewScheduledCall = Body<'/api/scheduled-calls', 'post'>
type ScheduledCallChange = Body<'/api/scheduled-calls/{id}', 'patch'>

export const scheduledCalls: Resource<ScheduledCall, NewScheduledCall, ScheduledCallChange> = {
  name: 'scheduled-calls',
  list: () => everyPage((cursor) => ask(client.GET('/api/scheduled-calls', { params: { query: { ...pageAfter(cursor), sort: '-scheduledDateTime' } } })), (page) => page.scheduledCalls),
  create: async (body) => (await ask(client.POST('/api/scheduled-calls', { body }))).scheduledCall,
  change: async (id, body) => (await ask(client.PATCH('/api/scheduled-calls/{id}', { params: { path: { id } }, body }))).scheduledCall,
  remove: (id) => ask(client.DELETE('/api/scheduled-calls/{id}', { params: { path: { id } } })),
  restore: async (id) => (await ask(client.POST('/api/scheduled-calls/{id}/restore', { params: { path: { id } } }))).scheduledCall
}

export type OutboundCall = Body<'/api/calls/outbound', 'post'>

/** Calls now. @param key the same for every try of one wish: it is called once */
export const placeCall = async (body: OutboundCall, key: string): Promise<Call> =>
  (await ask(client.POST('/api/calls/outbound', { body, params: { header: { 'idempotency-key': key } } }))).call

/** All that is pending of a series; the one that was chosen brings it back. */
export const series: Pick<typeof scheduledCalls, 'name' | 'list' | 'remove' | 'restore'> = {
  ...scheduledCalls,
  remove: (id) => ask(client.DELETE('/api/scheduled-calls/{id}/series', { params: { path: { id } } }))
}

/** Makes a schedule due. */
export const useRunNow = () => {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => ask(client.POST('/api/scheduled-calls/{id}/run', { params: { path: { id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: [scheduledCalls.name] })
  })
}

type ImportPlan = paths['/api/scheduled-calls/import']['post']['parameters']['query']
export type ImportReport = Reply<'/api/scheduled-calls/import', 'post'>

/** Schedules the numbers of a CSV file. Without a key they are only looked at. The key is the same for every try of one wish. */
export const useImportSchedule = () => {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ plan, csv, key }: { plan: ImportPlan, csv: string, key?: string }): Promise<ImportReport> => ask(client.POST('/api/scheduled-calls/import', {
      params: { query: { ...plan, dryRun: key === undefined }, ...(key === undefined ? {} : { header: { 'idempotency-key': key } }) },
      body: csv,
      bodySerializer: (text) => text,
      headers: { 'content-type': 'text/csv' }
    })),
    onSettled: () => queries.invalidateQueries({ queryKey: [scheduledCalls.name] })
  })
}
