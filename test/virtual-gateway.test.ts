import { createHash } from 'node:crypto'
import { test } from 'tap'
import { buildVirtual, call, say } from './support/build.ts'

const STEPS = [{ do: 'listen' as const }, say('demo-1'), say('demo-2', 1500), { do: 'listen' as const }, say('demo-4'), { do: 'listen' as const }]

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

test('a call is the same every time, in its words and to the byte in what was heard', async (t) => {
  const run = async () => {
    const gateway = await buildVirtual(t)
    const { report, phone, transcript } = await call(gateway, STEPS)
    const { callSid, ...rest } = report
    return { ...rest, transcript, agent: sha256(phone.recording().agent), caller: sha256(phone.recording().caller) }
  }
  const [first, second] = [await run(), await run()]
  t.same(first, second)
  t.match(first.transcript, [
    'assistant: Hello, how can I help you?',
    'user: Hello. Something is terribly wrong.',
    /^assistant: You said: Hello\. Something .*\(interrupted\)$/,
    'user: Weasels have eaten our phone system.',
    'assistant: You said: Weasels have eaten our phone system. Is there anything else?',
    'user: Thank you. Goodbye.',
    'assistant: You said: Thank you. Goodbye. Is there anything else?'
  ])
  t.same(first.gaps, [])
})

test('the agent hangs up over the REST API, and nothing is left behind', async (t) => {
  const gateway = await buildVirtual(t, { llm: { reply: () => [{ type: 'text', text: 'Goodbye then.' }, { type: 'tool_call', id: 'c1', name: 'end_call', arguments: '{}' }] } })
  const { report, transcript } = await call(gateway, [{ do: 'listen' }, say('goodbye'), { do: 'wait', forMs: 20_000 }])
  t.match(report, { endedBy: 'gateway', reason: 'completed over the REST API' })
  t.equal(transcript.at(-1), 'assistant: Goodbye then.')
  t.equal(gateway.clock.pendingTimers, 0)
})
