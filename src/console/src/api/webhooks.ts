import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { ask, client, everyPage, pageAfter } from './client.ts'
import type { Resource } from './resource.ts'
import type { Body, Webhook } from './types.ts'

type NewWebhook = Body<'/api/webhooks', 'post'>
type WebhookChange = Body<'/api/webhooks/{id}', 'patch'>

export const webhooks: Resource<Webhook, NewWebhook, WebhookChange> = {
  name: 'webhooks',
  list: () => everyPage((cursor) => ask(client.GET('/api/webhooks', { params: { query: pageAfter(cursor) } })), (page) => page.webhooks),
  create: async (body) => (await ask(client.POST('/api/webhooks', { body }))).webhook,
  change: async (id, body) => (await ask(client.PATCH('/api/webhooks/{id}', { params: { path: { id } }, body }))).webhook,
  remove: (id) => ask(client.DELETE('/api/webhooks/{id}', { params: { path: { id } } })),
  restore: async (id) => (await ask(client.POST('/api/webhooks/{id}/restore', { params: { path: { id } } }))).webhook
}

/** Makes a new secret, which is in the answer only. */
export const rotateSecret = async (id: string): Promise<Webhook> =>
  (await ask(client.POST('/api/webhooks/{id}/rotate-secret', { params: { path: { id } } }))).webhook

const deliveriesKey = (id: string) => ['webhook-deliveries', id] as const

/** What was sent to a webhook, the latest first. */
export const useDeliveries = (id: string) => useInfiniteQuery({
  queryKey: deliveriesKey(id),
  queryFn: ({ pageParam }) => ask(client.GET('/api/webhooks/{id}/deliveries', { params: { path: { id }, query: { ...pageAfter(pageParam), limit: 20 } } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ nextCursor }) => nextCursor
})

/** Sends a test event, or one of the log again. */
export const useDeliver = (id: string) => {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async (deliveryId: string | undefined) => (await ask(deliveryId === undefined
      ? client.POST('/api/webhooks/{id}/test', { params: { path: { id } } })
      : client.POST('/api/webhooks/{id}/deliveries/{deliveryId}/redeliver', { params: { path: { id, deliveryId } } }))).delivery,
    onSettled: () => queries.invalidateQueries({ queryKey: deliveriesKey(id) })
  })
}
