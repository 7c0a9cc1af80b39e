import { test } from 'tap'
import { endCall } from '../../../src/call/tools/end-call.ts'

const run = async (args: Record<string, unknown>) => (await endCall.run(args, { callerNumber: '+14155550123' }, new AbortController().signal)).effect

test('the call ends, with a farewell where one is given', async (t) => {
  t.same(await run({}), { type: 'end_call' })
  t.same(await run({ farewell: ' ' }), { type: 'end_call' })
  t.same(await run({ farewell: ' Goodbye, Anna. ' }), { type: 'end_call', farewell: 'Goodbye, Anna.' })
})
