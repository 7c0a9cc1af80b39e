import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ask, client, everyPage, pageAfter } from './client.ts'
import type { Resource } from './resource.ts'
import type { ApiKey, Body, CallingRules, DoNotCall, DoNotText, Reply, Retention } from './types.ts'

type NewApiKey = Body<'/api/api-keys', 'post'>

export const apiKeys: Pick<Resource<ApiKey, never, never>, 'name' | 'list' | 'remove'> = {
  name: 'api-keys',
  list: () => everyPage((cursor) => ask(client.GET('/api/api-keys', { params: { query: pageAfter(cursor) } })), (page) => page.apiKeys),
  remove: (id) => ask(client.DELETE('/api/api-keys/{id}', { params: { path: { id } } }))
}

/** Makes a key; its secret is in the answer only. */
export const useNewApiKey = () => {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: NewApiKey) => ask(client.POST('/api/api-keys', { body })),
    onSettled: () => queries.invalidateQueries({ queryKey: [apiKeys.name] })
  })
}

type NewDoNotCall = Body<'/api/do-not-call', 'post'>
type DoNotCallChange = Body<'/api/do-not-call/{id}', 'patch'>

export const doNotCalls: Resource<DoNotCall, NewDoNotCall, DoNotCallChange> = {
  name: 'do-not-call',
  list: () => everyPage((cursor) => ask(client.GET('/api/do-not-call', { params: { query: pageAfter(cursor) } })), (page) => page.doNotCalls),
  create: async (body) => (await ask(client.POST('/api/do-not-call', { body }))).doNotCall,
  change: async (id, body) => (await ask(client.PATCH('/api/do-not-call/{id}', { params: { path: { id } }, body }))).doNotCall,
  remove: (id) => ask(client.DELETE('/api/do-not-call/{id}', { params: { path: { id } } })),
  restore: async (id) => (await ask(client.POST('/api/do-not-call/{id}/restore', { params: { path: { id } } }))).doNotCall
}

type NewDoNotText = Body<'/api/do-not-text', 'post'>
type DoNotTextChange = Body<'/api/do-not-text/{id}', 'patch'>

export const doNotTexts: Resource<DoNotText, NewDoNotText, DoNotTextChange> = {
  name: 'do-not-text',
  list: () => everyPage((cursor) => ask(client.GET('/api/do-not-text', { params: { query: pageAfter(cursor) } })), (page) => page.doNotTexts),
  create: async (body) => (await ask(client.POST('/api/do-not-text', { body }))).doNotText,
  change: async (id, body) => (await ask(client.PATCH('/api/do-not-text/{id}', { params: { path: { id } }, body }))).doNotText,
  remove: (id) => ask(client.DELETE('/api/do-not-text/{id}', { params: { path: { id } } })),
  restore: async (id) => (await ask(client.POST('/api/do-not-text/{id}/restore', { params: { path: { id } } }))).doNotText
}

const RETENTION_KEY = ['retention']

export const useRetention = () => useQuery({
  queryKey: RETENTION_KEY,
  queryFn: async (): Promise<Retention> => (await ask(client.GET('/api/retention'))).retention
})

export const useSetRetention = () => {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async (body: Retention) => (await ask(client.PUT('/api/retention', { body }))).retention,
    onSuccess: (retention) => queries.setQueryData(RETENTION_KEY, retention)
  })
}

const RULES_KEY = ['calling-rules']

export const useCallingRules = () => useQuery({
  queryKey: RULES_KEY,
  queryFn: async (): Promise<CallingRules> => (await ask(client.GET('/api/calling-rules'))).callingRules
})

export const useChangeCallingRules = () => {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async (body: Body<'/api/calling-rules', 'patch'>) => (await ask(client.PATCH('/api/calling-rules', { body }))).callingRules,
    onSuccess: (rules) => queries.setQueryData(RULES_KEY, rules)
  })
}

export const changePassword = async (body: Body<'/api/auth/password', 'post'>) => await ask(client.POST('/api/auth/password', { body }))

/** Where all of a user's data is downloaded. */
export const EXPORT_URL = '/api/export'

export type Erased = Reply<'/api/erase', 'post'>['erased']

/** Erases what was said and written with a number, for good. */
export const eraseNumber = async (body: Body<'/api/erase', 'post'>): Promise<Erased> => (await ask(client.POST('/api/erase', { body }))).erased
