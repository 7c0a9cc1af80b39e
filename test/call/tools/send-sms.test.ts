import { test } from 'tap'
import { validateToolArguments } from '../../../src/call/tools/arguments.ts'
import { sendSmsTool } from '../../../src/call/tools/send-sms.ts'

function phone (recipients?: Array<{ name: string, number: string }>) {
  const sent: Array<[to: string, body: string]> = []
  const tool = sendSmsTool(async (to, body) => { sent.push([to, body]) }, recipients)
  return { sent, tool, run: async (args: Record<string, unknown>, callerNumber = '+14155550123') => (await tool.run(args, { callerNumber }, new AbortController().signal)).content }
}

test('to the caller, or to whom the owner named', async (t) => {
  const { sent, run } = phone([{ name: 'Office', number: '+14155550999' }])
  t.equal(await run({ to: 'caller', body: 'Hello' }), 'The message has been sent.')
  await run({ to: 'Office', body: 'A visitor' })
  t.same(sent, [['+14155550123', 'Hello'], ['+14155550999', 'A visitor']])
})

test('to no number that the model was told, and to no hidden one', async (t) => {
  const { sent, tool, run } = phone()
  t.equal(validateToolArguments(tool, '{"to":"+19005550199","body":"x"}').ok, false)
  t.equal(validateToolArguments(tool, '{"to":"caller","body":""}').ok, false)
  t.equal(validateToolArguments(tool, JSON.stringify({ to: 'caller', body: 'x'.repeat(1601) })).ok, false)
  for (const number of ['anonymous', '', 'client:anna']) await t.rejects(run({ to: 'caller', body: 'x' }, number), { code: 'invalid', message: /not known/ })
  t.same(sent, [])
})
