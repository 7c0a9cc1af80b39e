import { test } from 'tap'
import { checkCallable } from '../../src/outbound/callable.ts'

const FROM = '+14155550123'
const RULES = { allowedCountries: [] as string[], allowedPrefixes: [] as string[] }
const verdict = async (number: string, rules: Partial<typeof RULES> = {}) => await checkCallable(number, FROM, { ...RULES, ...rules }, 'to').then(() => 'ok', (error: Error & { code: string }) => error.code)

test('by default only the country of the calling number is called, not others with the same code', async (t) => {
  t.equal(await verdict('+12125550142'), 'ok')
  t.equal(await verdict('+18765551234'), 'forbidden', 'Jamaica shares +1')
  t.equal(await verdict('+442071838750'), 'forbidden')
})

test('countries and beginnings can be allowed', async (t) => {
  t.equal(await verdict('+442071838750', { allowedCountries: ['GB'] }), 'ok')
  t.equal(await verdict('+12125550142', { allowedCountries: ['GB'] }), 'forbidden')
  t.equal(await verdict('+493012345678', { allowedPrefixes: ['+4930'] }), 'ok')
  t.equal(await verdict('+498912345678', { allowedPrefixes: ['+4930'] }), 'forbidden')
})

test('premium numbers are refused whatever is allowed, and so is what is no number', async (t) => {
  t.equal(await verdict('+19005551234'), 'forbidden')
  t.equal(await verdict('+449098790000', { allowedCountries: ['GB'], allowedPrefixes: ['+44'] }), 'forbidden')
  t.equal(await verdict('+999123456789'), 'invalid')
  await t.rejects(checkCallable('+19005551234', FROM, RULES, 'bridgeTo'), { field: 'bridgeTo', message: /premium rate/ })
})
