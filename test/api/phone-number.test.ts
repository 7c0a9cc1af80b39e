import { test } from 'tap'
import { activePhone, checkPhoneNumber } from '../../src/api/phone-number.ts'
import { eachStores } from '../support/engines.ts'

test('a number is refused by its country code and its length, not by its range', (t) => {
  for (const number of ['+14155550123', '+442071838750', '+19995550123']) t.doesNotThrow(() => checkPhoneNumber(number, 'to'), number)
  for (const number of ['', '123', '+999123456789', '+1415555012', '+141555501234', '4155550123']) {
    t.throws(() => checkPhoneNumber(number, 'toPhoneNumbers.2'), { code: 'invalid', field: 'toPhoneNumbers.2', message: 'toPhoneNumbers.2 is not a possible phone number.' }, number)
  }
  t.end()
})

eachStores('only a user\'s own phone that is switched on and not removed is used', async (t, { stores }) => {
  const phone = await stores.phones.create('ann', { phoneNumber: '+14155550123', twilioAccountSid: `AC${'0'.repeat(32)}`, twilioAuthToken: 't', isActive: true })
  const refused = { code: 'invalid', field: 'fromPhoneNumberId' }
  t.match(await activePhone(stores, 'ann', phone._id), { phoneNumber: '+14155550123' })
  await t.rejects(activePhone(stores, 'bob', phone._id), refused)
  await t.rejects(activePhone(stores, 'ann', 'x'), refused)
  await stores.phones.update('ann', phone._id, { isActive: false })
  await t.rejects(activePhone(stores, 'ann', phone._id), refused)
  await stores.phones.update('ann', phone._id, { isActive: true })
  await stores.phones.remove('ann', phone._id)
  await t.rejects(activePhone(stores, 'ann', phone._id), refused)
})
