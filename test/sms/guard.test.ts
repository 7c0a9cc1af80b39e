import { checkText } from '../../src/sms/guard.ts'
import { eachStores } from '../support/engines.ts'

const TEXT = { fromNumber: '+14155550123', toNumber: '+14155550100', body: 'Your table is ready.' }

eachStores('texts go where calls may go, but by night too, and to nobody who wants none', async (t, { stores, clock }) => {
  const verdict = async (toNumber: string) => await checkText({ stores, clock }, { userId: 'ann', ...TEXT, toNumber }).then(() => 'ok', ({ code, field }) => `${code} ${field}`)
  await clock.advance(12 * 3_600_000)
  t.equal(await verdict(TEXT.toNumber), 'ok', '4 in the morning there')
  t.equal(await verdict('+19005551234'), 'forbidden to')
  t.equal(await verdict('+442071838750'), 'forbidden to')
  t.equal(await verdict('+999123456789'), 'invalid to')
  await stores.callingRules.change('ann', { allowedCountries: ['GB'] })
  t.equal(await verdict('+442071838750'), 'ok')
  t.equal(await verdict(TEXT.toNumber), 'forbidden to')
  await stores.callingRules.change('ann', { allowedCountries: [] })
  await stores.optOuts.create('ann', { phoneNumber: '+14155550101', channel: 'calls' })
  t.equal(await verdict('+14155550101'), 'ok', 'who wants no calls may want texts')
  await stores.optOuts.stopMessages('ann', '+14155550101', TEXT.fromNumber, 'STOP')
  t.equal(await verdict('+14155550101'), 'forbidden to')
})

eachStores('of texts at once as many go out as a day allows, the older ones', async (t, { stores, clock }) => {
  await stores.callingRules.change('ann', { maxMessagesPerDay: 3 })
  const queued = await Promise.all([1, 2, 3, 4, 5].map(async () => (await stores.messages.queue('ann', TEXT, 60_000)).message))
  const verdicts = async () => (await Promise.all(queued.map(async (message) => await checkText({ stores, clock }, message).then(() => 'ok', ({ code }) => code)))).sort()
  t.same(await verdicts(), ['forbidden', 'forbidden', 'ok', 'ok', 'ok'])
  await t.rejects(checkText({ stores, clock }, { userId: 'ann', ...TEXT }), { code: 'forbidden' }, 'and none is stored any more')
  await clock.advance(86_400_001)
  t.same(await verdicts(), ['ok', 'ok', 'ok', 'ok', 'ok'])
})
