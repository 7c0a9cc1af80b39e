import { pino } from 'pino'
import { Webhook } from 'standardwebhooks'
import type { Test } from 'tap'
import { openSafeFetch } from '../../src/safe-fetch.ts'
import { WebhookSender } from '../../src/webhooks/sender.ts'
import { eachStores } from '../support/engines.ts'
import { localFetch, receiver } from '../support/receiver.ts'

type World = Parameters<Parameters<typeof eachStores>[1]>[1]

const HOUR_MS = 3_600_000

const setUp = async (t: Test, { stores, clock }: World) => {
  const server = await receiver(t)
  const fetch = localFetch(t)
  const { webhook, secret } = await stores.webhooks.create('ann', { url: server.url, events: ['call.turn'], active: true })
  const sender = () => {
    const made = new WebhookSender({ clock, stores, fetch, log: pino({ level: 'silent' }), random: () => 0.5 })
    t.teardown(() => made.stop())
    return made
  }
  const enqueue = async (subjectId: string, sequence: number) => await stores.webhookDeliveries.enqueue({ userId: 'ann', webhookId: webhook._id, eventId: `evt_${subjectId}_${sequence}`, type: 'call.turn', subjectId, sequence, body: JSON.stringify({ n: sequence }) })
  const state = async (id: string) => await stores.webhookDeliveries.find('ann', webhook._id, id)
  const round = async (...senders: WebhookSender[]) => {
    await Promise.all(senders.map((one) => one.work()))
    await Promise.all(senders.map((one) => one.idle()))
  }
  return { server, webhook, secret, sender, enqueue, state, round }
}

eachStores('a message is signed so that any receiver of Standard Webhooks can tell', async (t, world) => {
  const { server, webhook, secret, sender, enqueue, state, round } = await setUp(t, world)
  const { stores, clock } = world
  await clock.advance(Date.now() - clock.now())
  const { _id } = await enqueue('c', 1)
  await round(sender())
  const [first] = server.received
  const headers = (received = first) => Object.fromEntries(Object.entries(received?.headers ?? {}).map(([name, value]) => [name, String(value)]))
  t.same(new Webhook(secret).verify(first?.body ?? '', headers()), { n: 1 })
  t.equal(first?.headers['webhook-id'], 'evt_c_1')
  t.throws(() => new Webhook(secret).verify('{"n":2}', headers()))
  t.match(await state(_id), { status: 'delivered', attempts: 1, responseStatus: 204, lease: undefined, nextAttemptAt: undefined })

  const rotated = await stores.webhooks.rotateSecret('ann', webhook._id)
  await enqueue('c', 2)
  await round(sender())
  for (const key of [secret, rotated?.secret ?? '']) t.same(new Webhook(key).verify(server.received[1]?.body ?? '', headers(server.received[1])), { n: 2 }, 'for a day both secrets sign')
  await clock.advance(25 * HOUR_MS)
  await enqueue('c', 3)
  await round(sender())
  t.equal(String(server.received[2]?.headers['webhook-signature']).split(' ').length, 1)
})

eachStores('what fails is sent again, later and later for a day, by whatever process there is', async (t, world) => {
  const { server, sender, enqueue, state, round } = await setUp(t, world)
  const { clock } = world
  server.status = 500
  const startMs = clock.now()
  const { _id } = await enqueue('c', 1)
  const atMs: number[] = []
  for (let delivery = await state(_id); delivery?.status === 'pending'; delivery = await state(_id)) {
    await clock.advance((delivery.nextAttemptAt?.getTime() ?? 0) - clock.now())
    atMs.push(clock.now() - startMs)
    await round(sender())
  }
  t.same(atMs.slice(0, 5), [0, 5_000, 25_000, 105_000, 425_000])
  t.equal(atMs.length, 12)
  t.ok(Number(atMs.at(-1)) > 20 * HOUR_MS && Number(atMs.at(-1)) < 28 * HOUR_MS, `${Number(atMs.at(-1)) / HOUR_MS} hours`)
  t.match(await state(_id), { status: 'failed', attempts: 12, responseStatus: 500, error: 'It answered 500.' })
  t.equal((await state(_id))?.responseBody?.length, 1_024)
  t.equal(new Set(server.received.map(({ headers }) => headers['webhook-id'])).size, 1)

  server.status = 302
  const moved = await enqueue('d', 1)
  await round(sender())
  t.match(await state(moved._id), { status: 'pending', error: 'It answered 302.' }, 'no redirect is followed')
  server.status = 204
  await world.stores.webhookDeliveries.redeliver('ann', (await state(_id))?.webhookId ?? '', _id)
  await round(sender())
  t.match(await state(_id), { status: 'delivered', attempts: 1, error: undefined })
})

eachStores('two workers send once, and a call\'s events in order; a failed one holds no other up', async (t, world) => {
  const { server, sender, enqueue, state, round } = await setUp(t, world)
  const { clock } = world
  for (const n of [3, 1, 2, 5, 4]) await enqueue('c', n)
  for (const n of [1, 2]) await enqueue('d', n)
  const workers = [sender(), sender(), sender()]
  for (let n = 0; n < 6; n++) await round(...workers)
  const ids = server.received.map(({ headers }) => String(headers['webhook-id']))
  t.same(ids.filter((id) => id.startsWith('evt_c')), [1, 2, 3, 4, 5].map((n) => `evt_c_${n}`))
  t.same(ids.filter((id) => id.startsWith('evt_d')), ['evt_d_1', 'evt_d_2'])
  server.status = 503
  const failing = await enqueue('e', 1)
  await round(workers[0] ?? sender())
  server.status = 204
  await enqueue('e', 2)
  await round(workers[1] ?? sender())
  t.equal(server.received.at(-1)?.headers['webhook-id'], 'evt_e_2')
  await clock.advance(10_000)
  await round(workers[1] ?? sender())
  t.match(await state(failing._id), { status: 'delivered', attempts: 2 })
})

eachStores('a process that dies while it sends: another one sends, with the same id', async (t, world) => {
  const { server, sender, enqueue, state, round } = await setUp(t, world)
  const { stores, clock } = world
  const { _id } = await enqueue('c', 1)
  await stores.webhookDeliveries.claim(_id, 30_000)
  await round(sender())
  t.equal(server.received.length, 0)
  await clock.advance(30_000)
  await round(sender())
  t.match(await state(_id), { status: 'delivered' })

  server.status = 0
  const silent = await enqueue('d', 1)
  const waiting = sender()
  await waiting.work()
  while (server.received.length < 2) await new Promise((resolve) => setImmediate(resolve))
  await clock.advance(10_000)
  await waiting.idle()
  t.match(await state(silent._id), { status: 'pending', attempts: 1, error: /within 10 seconds/, responseStatus: undefined })
})

eachStores('410 switches a webhook off; private addresses are never asked; what is off gets nothing', async (t, world) => {
  const { server, webhook, sender, enqueue, state, round } = await setUp(t, world)
  const { stores, clock } = world
  server.status = 410
  const gone = await enqueue('c', 1)
  await round(sender())
  t.match(await state(gone._id), { status: 'failed' })
  t.match(await stores.webhooks.find('ann', webhook._id), { active: false, switchedOff: /410/ })
  const later = await enqueue('c', 2)
  await round(sender())
  t.match(await state(later._id), { status: 'failed', attempts: 0, error: /not active/ })
  t.equal(server.received.length, 1)

  await stores.webhooks.update('ann', webhook._id, { active: true })
  const guarded = openSafeFetch()
  t.teardown(guarded.close)
  const real = new WebhookSender({ clock, stores, fetch: guarded.fetch, log: pino({ level: 'silent' }) })
  const inside = await enqueue('c', 3)
  await round(real)
  t.match(await state(inside._id), { status: 'failed', error: /public internet/ })
  t.match(await real.test(webhook), { type: 'webhook.test', status: 'failed' })
  server.status = 204
  t.match(await sender().test(webhook), { type: 'webhook.test', status: 'delivered', responseStatus: 204 })
})
