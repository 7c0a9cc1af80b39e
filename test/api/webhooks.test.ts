import { test } from 'tap'
import { buildApi } from '../support/api.ts'

const HOOK = { url: 'https://example.com/hook', events: ['call.ended', 'message.received'] }

test('a webhook shows its secret once', async (t) => {
  const api = await buildApi(t)
  const ann = await api.user('ann')
  const { status, body: { webhook } } = await ann.send('POST', '/api/webhooks', HOOK)
  t.equal(status, 201)
  t.match(webhook, { ...HOOK, active: true, secret: /^whsec_[A-Za-z0-9+/]{43}=$/ })
  const url = `/api/webhooks/${webhook._id}`
  t.notMatch(JSON.stringify((await ann.send('GET', url)).body), /ecret/)
  t.notMatch(JSON.stringify((await ann.send('GET', '/api/webhooks')).body), /ecret/)
  const { body: { webhook: rotated } } = await ann.send('POST', `${url}/rotate-secret`)
  t.not(rotated.secret, webhook.secret)
  const stored = await api.stores.webhooks.find(ann.userId, webhook._id)
  t.same(stored && api.stores.webhooks.decryptSecrets(stored), [rotated.secret, webhook.secret])
  t.notMatch(stored?.secret, /whsec/)
})

test('what is no webhook is refused by field', async (t) => {
  const api = await buildApi(t)
  const ann = await api.user('ann')
  for (const [body, field] of [
    [{ ...HOOK, url: 'ftp://example.com' }, 'url'],
    [{ ...HOOK, url: 'http://' }, 'url'],
    [{ ...HOOK, url: 'https://me:secret@example.com/' }, 'url'],
    [{ ...HOOK, url: 'http://127.0.0.1/' }, 'url'],
    [{ ...HOOK, url: 'http://[::1]/' }, 'url'],
    [{ ...HOOK, url: 'http://2130706433/' }, 'url'],
    [{ ...HOOK, url: 'http://localhost:3000/' }, 'url'],
    [{ ...HOOK, events: [] }, 'events'],
    [{ ...HOOK, events: ['call.everything'] }, 'events.0'],
    [{ ...HOOK, secret: 'mine' }, 'secret']
  ] as const) t.match(await ann.send('POST', '/api/webhooks', body), { status: 400, body: { error: { field } } }, JSON.stringify(body))
})

test('its deliveries are listed, tested and sent again', async (t) => {
  const api = await buildApi(t)
  const ann = await api.user('ann')
  const { body: { webhook } } = await ann.send('POST', '/api/webhooks', HOOK)
  const url = `/api/webhooks/${webhook._id}`
  const { body: { delivery } } = await ann.send('POST', `${url}/test`)
  t.match(delivery, { type: 'webhook.test', status: 'delivered', attempts: 1, responseStatus: 204, payload: { type: 'webhook.test', data: { webhookId: webhook._id } } })
  t.match((await ann.send('GET', `${url}/deliveries`)).body.deliveries, [{ _id: delivery._id, eventId: delivery.eventId }])
  t.same((await ann.send('GET', `${url}/deliveries?status=failed`)).body.deliveries, [])
  t.match(await ann.send('POST', `${url}/deliveries/${delivery._id}/redeliver`), { status: 200, body: { delivery: { status: 'pending', attempts: 0, eventId: delivery.eventId } } })
  t.equal((await ann.send('POST', `${url}/deliveries/${'0'.repeat(24)}/redeliver`)).status, 404)
  const bob = await api.user('bob')
  t.equal((await bob.send('POST', `${url}/deliveries/${delivery._id}/redeliver`)).status, 404)
  await api.stores.webhooks.update(ann.userId, webhook._id, { active: false, switchedOff: 'It answered 410 Gone.' })
  t.match((await ann.send('PATCH', url, { active: true })).body.webhook, { active: true, switchedOff: undefined })
})
