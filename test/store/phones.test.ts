import type { NewPhone } from '../../src/store/phones.ts'
import { eachStores } from '../support/engines.ts'

const phone: NewPhone = { phoneNumber: '+14155550123', twilioAccountSid: 'AC' + '0'.repeat(32), twilioAuthToken: 'the auth token', isActive: true }

eachStores('the auth token is stored encrypted and comes out by one door only', async (t, { stores: { phones }, raw }) => {
  const made = await phones.create('user1', phone)
  t.match(made, { provider: 'twilio', uuid: /^[0-9a-f-]{36}$/ })
  const stored = JSON.stringify(await raw('registered_phone_numbers'))
  t.match(stored, phone.phoneNumber)
  t.notMatch(stored, 'the auth token')
  t.equal(phones.decryptAuthToken(made), 'the auth token')
  const found = await phones.findActiveByNumber('+14155550123')
  t.equal(found && phones.decryptAuthToken(found), 'the auth token')
  const changed = await phones.update('user1', made._id, { twilioAuthToken: 'another' })
  t.notMatch(changed?.twilioAuthToken, 'another')
  t.equal(changed && phones.decryptAuthToken(changed), 'another')
  t.equal(await phones.update('user2', made._id, { twilioAuthToken: 'stolen' }), undefined)
})

eachStores('a number has one live registration, whoever asks and however fast', async (t, { stores: { phones } }) => {
  const tries = await Promise.allSettled(['user1', 'user2', 'user1', 'user2'].map((userId) => phones.create(userId, phone)))
  const made = tries.flatMap((attempt) => attempt.status === 'fulfilled' ? [attempt.value] : [])
  t.equal(made.length, 1)
  t.match(tries.find(({ status }) => status === 'rejected'), { reason: { code: 'duplicate', field: 'phoneNumber' } })
  const [first] = made
  if (first === undefined) return
  await phones.remove(first.userId, first._id)
  t.equal(await phones.findActiveByNumber(phone.phoneNumber), undefined)
  const second = await phones.create('user3', phone)
  t.equal((await phones.findActiveByNumber(phone.phoneNumber))?._id, second._id, 'a removed registration makes room')
})

eachStores('a switched-off number is not found', async (t, { stores: { phones } }) => {
  const { _id } = await phones.create('user1', phone)
  await phones.update('user1', _id, { isActive: false })
  t.equal(await phones.findActiveByNumber(phone.phoneNumber), undefined)
  await phones.update('user1', _id, { isActive: true })
  t.equal((await phones.findActiveByNumber(phone.phoneNumber))?._id, _id)
})

eachStores('a phone in use is not removed, nor one that is being put to use', async (t, { stores: { phones } }) => {
  const { _id } = await phones.create('user1', phone)
  await t.rejects(phones.removeUnused('user1', _id, async () => ['an agent', 'a schedule']), { code: 'conflict', message: /used by an agent, a schedule/ })
  const used = await phones.using('user1', { phoneNumber: phone.phoneNumber }, async (claimed) => {
    t.equal(claimed._id, _id)
    t.notOk('claims' in claimed || 'revision' in claimed)
    await t.rejects(phones.removeUnused('user1', _id, async () => []), { code: 'conflict' })
    return 'done'
  })
  t.equal(used, 'done')
  await t.rejects(phones.using('user1', { _id }, async () => { throw new Error('failed') }), { message: 'failed' })
  t.equal(await phones.using('user2', { _id }, async () => 'done'), undefined, 'another user\'s')
  t.equal(await phones.removeUnused('user2', _id, async () => []), false)
  // A use that begins while we look: the removal looks again.
  let looks = 0
  const removed = phones.removeUnused('user1', _id, async () => {
    if (++looks > 1) return ['the new agent']
    await phones.using('user1', { _id }, async () => {})
    return []
  })
  await t.rejects(removed, { message: /the new agent/ })
  t.equal(await phones.removeUnused('user1', _id, async () => []), true)
})
