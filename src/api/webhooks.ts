import type { FastifyPluginAsync } from 'fastify'
import { Type, type Static } from 'typebox'
import { EarshotError } from '../errors.ts'
import { isPublicAddress } from '../safe-fetch.ts'
import { DeliverySchema, type DeliveryRecord } from '../store/webhook-deliveries.ts'
import { WebhookSchema, type WebhookRecord } from '../store/webhooks.ts'
import { isIP } from 'node:net'
import { identityOf } from './authentication.ts'
import { clearable, crudRoutes, strictBody, withoutNulls } from './crud.ts'
import type { ApiOptions } from './deps.ts'
import { idParams, nextCursor, pageOf, pageQuery } from './lists.ts'
import { replies } from './replies.ts'

const { url, events, active } = WebhookSchema.properties
const description = Type.String({ maxLength: 500, description: 'What it is for' })
const tags = ['Webhooks']

const Webhook = Type.Object({
  ...Type.Omit(WebhookSchema, ['secret', 'previousSecret', 'isDeleted']).properties,
  secret: Type.Optional(Type.String({ description: 'What messages are signed with; in the answer that makes it, and never again' }))
}, { title: 'Webhook', additionalProperties: false })

const Delivery = Type.Object({
  ...Type.Omit(DeliverySchema, ['userId', 'body', 'lease', 'leaseUntil', 'sequence']).properties,
  payload: Type.Record(Type.String(), Type.Unknown(), { description: 'What is sent' })
}, { title: 'WebhookDelivery', additionalProperties: false })

const { status } = DeliverySchema.properties
const deliveriesQuery = pageQuery({ status: Type.Optional(status) })
const deliveryParams = Type.Object({ ...idParams.properties, deliveryId: Type.String({ minLength: 1, maxLength: 64, description: 'The _id of the delivery' }) }, { additionalProperties: false })

type Shown = WebhookRecord & { shownSecret?: string }
const show = ({ secret: _, previousSecret: __, isDeleted: ___, shownSecret, ...webhook }: Shown) => ({ ...webhook, ...(shownSecret !== undefined && { secret: shownSecret }) })
const showDelivery = ({ body, lease: _, leaseUntil: __, userId: ___, sequence: ____, ...delivery }: DeliveryRecord) => ({ ...delivery, payload: JSON.parse(body) as Record<string, unknown> })

/** Where users are told of what happens, and what was sent there. */
export const webhookRoutes: FastifyPluginAsync<ApiOptions> = async (app, { deps: { stores, webhookSender } }) => {
  const { webhooks, webhookDeliveries } = stores
  const existing = async (userId: string, id: string) => {
    const webhook = await webhooks.find(userId, id)
    if (webhook === undefined) throw new EarshotError('not_found')
    return webhook
  }

  crudRoutes<Shown, typeof Create, typeof Change>(app, {
    one: 'webhook',
    aOne: 'a webhook',
    many: 'webhooks',
    tag: 'Webhooks',
    schema: Webhook,
    createBody: Create,
    changeBody: Change,
    filters: { active: Type.Optional(active) },
    sorts: ['url'],
    find: webhooks.find,
    list: webhooks.list,
    async create (userId, { active = true, ...body }) {
      checkUrl(body.url)
      const { webhook, secret } = await webhooks.create(userId, { ...body, active })
      return { ...webhook, shownSecret: secret }
    },
    async change (userId, id, body) {
      if (body.url !== undefined) checkUrl(body.url)
      return await webhooks.update(userId, id, { ...withoutNulls(body), ...(body.active === true && { switchedOff: undefined }) })
    },
    remove: webhooks.remove,
    restore: webhooks.restore,
    show
  })

  app.post<{ Params: Static<typeof idParams> }>('/:id/rotate-secret', {
    schema: { tags, summary: 'Rotate the secret of a webhook', description: 'The secret before signs beside the new one for 24 hours.', params: idParams, response: replies(200, { webhook: Webhook }) }
  }, async (request) => {
    const rotated = await webhooks.rotateSecret(identityOf(request).userId, request.params.id)
    if (rotated === undefined) throw new EarshotError('not_found')
    return { success: true as const, webhook: show({ ...rotated.webhook, shownSecret: rotated.secret }) }
  })

  app.post<{ Params: Static<typeof idParams> }>('/:id/test', {
    schema: { tags, summary: 'Test a webhook', description: 'Sends a webhook.test event once, also to an inactive webhook, and answers how that went.', params: idParams, response: replies(200, { delivery: Delivery }) }
  }, async (request) => ({ success: true as const, delivery: showDelivery(await webhookSender.test(await existing(identityOf(request).userId, request.params.id))) }))

  app.get<{ Params: Static<typeof idParams>, Querystring: Static<typeof deliveriesQuery> }>('/:id/deliveries', {
    schema: { tags, summary: 'List the deliveries of a webhook', description: 'Newest first, of the last 30 days.', params: idParams, querystring: deliveriesQuery, response: replies(200, { deliveries: Type.Array(Delivery), nextCursor }) }
  }, async (request) => {
    const { userId } = identityOf(request)
    const { _id } = await existing(userId, request.params.id)
    const { status } = request.query
    const { items, ...rest } = await webhookDeliveries.list(userId, _id, { ...pageOf(request.query), ...(status !== undefined && { filter: { status } }) })
    return { success: true as const, deliveries: items.map(showDelivery), ...rest }
  })

  app.post<{ Params: Static<typeof deliveryParams> }>('/:id/deliveries/:deliveryId/redeliver', {
    schema: { tags, summary: 'Deliver an event again', description: 'With the same id, which tells the receiver that it may know it.', params: deliveryParams, response: replies(200, { delivery: Delivery }) }
  }, async (request) => {
    const { userId } = identityOf(request)
    const { id, deliveryId } = request.params
    await existing(userId, id)
    const delivery = await webhookDeliveries.redeliver(userId, id, deliveryId) ?? await webhookDeliveries.find(userId, id, deliveryId)
    if (delivery === undefined) throw new EarshotError('not_found')
    return { success: true as const, delivery: showDelivery(delivery) }
  })
}

const Create = strictBody({ url, events, active: Type.Optional(active), description: Type.Optional(description) })
const Change = strictBody({ url: Type.Optional(url), events: Type.Optional(events), active: Type.Optional(active), description: clearable(description) })

/** What can be told of an address before it is asked: the rest is checked at every delivery. */
function checkUrl (url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const host = parsed?.hostname.replace(/^\[|\]$/g, '') ?? ''
  if (parsed === undefined || parsed.username !== '' || parsed.password !== '') throw new EarshotError('invalid', 'url must be an http:// or https:// address without a user name.', { field: 'url' })
  if (host === 'localhost' || (isIP(host) !== 0 && !isPublicAddress(host))) throw new EarshotError('invalid', 'url is not on the public internet.', { field: 'url' })
}
