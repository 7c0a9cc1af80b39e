import { test } from 'tap'
import { validateToolArguments } from '../../../src/call/tools/arguments.ts'
import { transferCall } from '../../../src/call/tools/transfer-call.ts'

const tool = transferCall([{ name: 'Sales', number: '+14155550123', description: 'new customers' }, { name: 'Support', number: '+14155550124' }])
const run = async (args: Record<string, unknown>) => await tool.run(args, { callerNumber: '+14155550100' }, new AbortController().signal)

test('to one of the owner’s destinations, by name', async (t) => {
  t.match(tool.description, /Sales \(new customers\); Support\./)
  t.same((await run({ destination: 'Support', announcement: 'One moment.' })).effect, { type: 'transfer', to: '+14155550124', announcement: 'One moment.' })
})

test('and to no other number', async (t) => {
  t.equal(validateToolArguments(tool, '{"destination":"+19005550199","announcement":"x"}').ok, false)
  t.equal(validateToolArguments(tool, '{"destination":"Sales"}').ok, false, 'the caller is told first')
  t.equal(validateToolArguments(tool, '{"destination":"Sales","announcement":"x"}').ok, true)
  await t.rejects(run({ destination: '+19005550199', announcement: 'x' }), { code: 'invalid' })
})
