import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ask, client, everyPage, pageAfter } from './client.ts'
import type { Resource } from './resource.ts'
import type { Body, Phone } from './types.ts'

export type NewPhone = Body<'/api/phones', 'post'>
type PhoneChange = Body<'/api/phones/{id}', 'patch'>

export const phones: Resource<Phone, NewPhone, PhoneChange> = {
  name: 'phones',
  list: () => everyPage((cursor) => ask(client.GET('/api/phones', { params: { query: pageAfter(cursor) } })), (page) => page.phones),
  create: async (body) => (await ask(client.POST('/api/phones', { body }))).phone,
  change: async (id, body) => (await ask(client.PATCH('/api/phones/{id}', { params: { path: { id } }, body }))).phone,
  remove: (id) => ask(client.DELETE('/api/phones/{id}', { params: { path: { id } } })),
  restore: async (id) => (await ask(client.POST('/api/phones/{id}/restore', { params: { path: { id } } }))).phone
}

const checkKey = (id: string) => ['phone-check', id] as const

/** Looks at Twilio and at the way from there, anew each time that it is shown. */
export const usePhoneCheck = (id: string) => useQuery({
  queryKey: checkKey(id),
  queryFn: () => ask(client.GET('/api/phones/{id}/check', { params: { path: { id } } })),
  staleTime: 0,
  gcTime: 0
})

/** Makes a number lead to Earshot, at Twilio. */
export const useConfigurePhone = (id: string) => {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: () => ask(client.POST('/api/phones/{id}/configure', { params: { path: { id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: checkKey(id) })
  })
}
