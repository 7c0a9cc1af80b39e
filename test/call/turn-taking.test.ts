import { test } from 'tap'
import { DEFAULT_TURN_TAKING, parseTurnTaking, turnTakingOf } from '../../src/call/turn-taking.ts'

test('an agent\'s settings go over the defaults, one wait at a time', async (t) => {
  const settings = parseTurnTaking({ bargeInMs: 300, waitMs: { hanging: 2000 } })
  const { waitMs, ...turnTaking } = turnTakingOf(settings)
  t.same(waitMs, { ...DEFAULT_TURN_TAKING.waitMs, hanging: 2000 })
  t.equal(turnTaking.bargeInMs, 300)
  t.same(turnTakingOf(parseTurnTaking({})), DEFAULT_TURN_TAKING)
  t.same(parseTurnTaking(DEFAULT_TURN_TAKING), DEFAULT_TURN_TAKING, 'the defaults are valid themselves')
})

test('what is wrong is refused by name', async (t) => {
  for (const [settings, field] of [
    [{ bargeInMs: 1 }, 'turnTaking.bargeInMs'],
    [{ waitMs: { finished: 'soon' } }, 'turnTaking.waitMs.finished'],
    [{ startThreshold: 2 }, 'turnTaking.startThreshold'],
    [{ waitMs: { never: 1 } }, 'turnTaking.waitMs.never'],
    [{ patience: 3 }, 'turnTaking.patience'],
    [null, 'turnTaking'],
    [[], 'turnTaking']
  ] as const) t.throws(() => parseTurnTaking(settings), { code: 'invalid', field }, JSON.stringify(settings))
})
