import fc from 'fast-check'
import type { Delivery } from '../../src/store/outgoing-messages.ts'
import { deliveryStatusOf } from '../../src/store/outgoing-messages.ts'
import { eachStores } from '../support/engines.ts'
import { test } from 'tap'

const TEXT = { fromNumber: '+14155550123', toNumber: '+14155550100', body: 'Your table is ready.' }
const LEASE_MS = 1_000

eachStores('a message goes out through one pair of hands, and has one of Twilio\'s messages', async (t, { stores: { messages }, clock }) => {
  const { message } = await messages.queue('ann', TEXT, LEASE_MS)
  t.match(message, { ...TEXT, direction: 'outgoing', status: 'queued', messageSid: /^pending_/ })
  t.equal(await messages.claimUnsent(LEASE_MS), undefined, 'it is its maker\'s first')
  await messages.ask(message, LEASE_MS)
  await clock.advance(LEASE_MS)
  const claims = await Promise.all([1, 2, 3].map(() => messages.claimUnsent(LEASE_MS)))
  const [claimed, ...others] = claims.filter((one) => one !== undefined)
  t.match(claimed, { askedAt: Date })
  t.equal(others.length, 0)
  t.equal(await messages.ask(message, LEASE_MS), undefined, 'who was too slow has lost it')
  t.match(await messages.bindMessage(message._id, 'SM1'), { messageSid: 'SM1', sendAtMs: undefined, askedAt: undefined })
  t.match(await messages.bindMessage(message._id, 'SM2'), { messageSid: 'SM1' })
  const { message: other } = await messages.queue('ann', TEXT, LEASE_MS)
  t.equal(await messages.bindMessage(other._id, 'SM1'), undefined, 'which no second one gets')
  await clock.advance(LEASE_MS)
  t.match(await messages.claimUnsent(LEASE_MS), { _id: other._id })
  t.notOk('sendAtMs' in ((await messages.list('ann')).items[0] ?? {}), 'what is the store\'s stays there')
})

eachStores('a message with a key is made once; one that Twilio refuses is over', async (t, { stores: { messages }, clock }) => {
  const made = await Promise.all([1, 2, 3].map((n) => messages.queue('ann', { ...TEXT, body: `${n}` }, LEASE_MS, 'answer 1')))
  t.equal(made.filter(({ created }) => created).length, 1)
  t.equal(new Set(made.map(({ message }) => message._id)).size, 1)
  const [{ message } = {}] = made
  if (message === undefined) return
  t.equal(await messages.countSent('ann', new Date(clock.now())), 1)
  t.equal(await messages.countSent('ann', new Date(clock.now()), message), 0)
  await messages.refuse(message, { errorCode: 21610, failure: 'Opted out.' })
  t.match(await messages.find('ann', message._id), { status: 'failed', errorCode: 21610, failure: 'Opted out.' })
  t.equal(await messages.countSent('ann', new Date(0)), 0)
  await clock.advance(LEASE_MS)
  t.equal(await messages.claimUnsent(LEASE_MS), undefined)
})

eachStores('a message given back is claimed when its time has come', async (t, { stores: { messages }, clock }) => {
  const { message } = await messages.queue('ann', TEXT, LEASE_MS)
  const asked = await messages.ask(message, LEASE_MS)
  if (asked === undefined) throw new Error('the lease is ours')
  await messages.sendLater(asked, clock.now() + 5_000, false)
  await clock.advance(4_999)
  t.equal(await messages.claimUnsent(LEASE_MS), undefined)
  await clock.advance(1)
  t.match(await messages.claimUnsent(LEASE_MS), { _id: message._id, askedAt: undefined })
})

const DELIVERIES: Delivery[] = [
  { status: 'queued' }, { status: 'sending' }, { status: 'sent' }, { status: 'delivered' }, { status: 'read' },
  { status: 'undelivered', errorCode: 30003, failure: 'Unreachable.' }, { status: 'failed', errorCode: 30007, failure: 'Filtered.' }
]

eachStores('however callbacks are mixed up, lost at the start or repeated, the record is the same in the end', async (t, { stores: { messages } }) => {
  let number = 0
  const fate = async (deliveries: Delivery[]) => {
    const { message } = await messages.queue('ann', TEXT, LEASE_MS)
    const sid = `SM${number++}`
    await messages.bindMessage(message._id, sid)
    for (const delivery of deliveries) await messages.noteDelivery(sid, delivery)
    const { status, errorCode, failure } = await messages.find('ann', message._id) ?? {}
    return { status, errorCode, failure }
  }
  await fc.assert(fc.asyncProperty(
    fc.subarray(DELIVERIES, { minLength: 1 }).chain((told) => fc.tuple(fc.constant(told), fc.shuffledSubarray([...told, ...told], { minLength: told.length * 2 }))),
    async ([told, mixed]) => {
      t.same(await fate(mixed), await fate(told))
    }
  ), { numRuns: 40 })
  t.same(await fate([{ status: 'sent' }, { status: 'delivered' }, { status: 'sending' }]), { status: 'delivered', errorCode: undefined, failure: undefined })
  t.match(await fate([{ status: 'undelivered' }, { status: 'undelivered', errorCode: 30003 }]), { errorCode: 30003 }, 'a code that is told later is kept')
  t.equal(await messages.noteDelivery('SMunknown', { status: 'sent' }), undefined)
})

test('Twilio\'s statuses', async (t) => {
  t.same(['accepted', 'scheduled', 'queued', 'sent', 'canceled', 'read', 'receiving'].map(deliveryStatusOf), ['queued', 'queued', 'queued', 'sent', 'failed', 'read', undefined])
})
