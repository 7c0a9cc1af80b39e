import { DEFAULT_CALLING_RULES } from '../../src/store/calling-rules.ts'
import { eachStores } from '../support/engines.ts'

eachStores('rules are the defaults until they are changed, and each user\'s own', async (t, { stores: { callingRules } }) => {
  t.same(await callingRules.get('ann'), DEFAULT_CALLING_RULES)
  await Promise.all([callingRules.change('ann', { maxCallsPerDay: 3 }), callingRules.change('ann', { allowedCountries: ['GB'] })])
  t.same(await callingRules.get('ann'), { ...DEFAULT_CALLING_RULES, maxCallsPerDay: 3, allowedCountries: ['GB'] })
  t.same(await callingRules.change('ann', { callFromHour: 9 }), { ...DEFAULT_CALLING_RULES, maxCallsPerDay: 3, allowedCountries: ['GB'], callFromHour: 9 })
  t.same(await callingRules.get('bob'), DEFAULT_CALLING_RULES)
})
