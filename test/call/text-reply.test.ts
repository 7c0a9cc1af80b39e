import { test } from 'tap'
import { replyInText } from '../../src/call/text-reply.ts'
import { EarshotError } from '../../src/errors.ts'
import type { LlmEvent, LlmRequest, LlmToolCall } from '../../src/llm/llm.ts'

const ASKED = [{ role: 'user' as const, content: 'Is a table free?' }]
const call = (id: string, name = 'tables'): LlmEvent => ({ type: 'tool_call', id, name, arguments: '{}' })

/** A model that answers with these in turn, the last one again and again, and one tool. */
const world = (turns: LlmEvent[][]) => {
  const requests: LlmRequest[] = []
  const ran: LlmToolCall[] = []
  let told = 0
  const llm = {
    async * stream (request: LlmRequest, signal: AbortSignal): AsyncGenerator<LlmEvent, void, undefined> {
      signal.throwIfAborted()
      yield * turns[Math.min(requests.push(request), turns.length) - 1] ?? []
    }
  }
  const toolBox = {
    tools: [{ name: 'tables', description: 'Free tables', parameters: { type: 'object' } }],
    timeoutMs: () => 1_000,
    run: async (call: LlmToolCall) => {
      ran.push(call)
      return { content: `result ${call.id}` }
    }
  }
  const reply = async (signal = new AbortController().signal) =>
    await replyInText({ llm, agent: { inferenceModel: 'm', temperature: 0, maxTokens: 50 }, toolBox, onTools: async () => { told++ } }, ASKED, signal)
  return { requests, ran, told: () => told, reply }
}

test('tools run until there is a text, which comes without markdown, and whoever must know is told once', async (t) => {
  const { reply, requests, ran, told } = world([[call('1'), call('2')], [call('3')], [{ type: 'text', text: '**Two** ' }, { type: 'text', text: 'are free.' }]])
  t.equal(await reply(), 'Two are free.')
  t.same(ran.map(({ id }) => id), ['1', '2', '3'])
  t.equal(told(), 1)
  t.match(requests[2]?.messages, [...ASKED, ...['1', '2', '3'].flatMap((id) => [{ role: 'assistant', toolCalls: [{ id }] }, { role: 'tool', toolCallId: id, content: `result ${id}` }])])
})

test('a model that only ever calls tools is stopped, and then asked without them', async (t) => {
  for (const [turn, times] of [[[call('1')], 4], [Array.from({ length: 7 }, (_, n) => call(`${n}`)), 8]] as const) {
    const { reply, requests, ran } = world([[...turn]])
    t.equal(await reply(), '')
    t.equal(ran.length, times)
    t.equal(requests.at(-1)?.tools, undefined)
  }
})

test('an abort ends it with its own reason', async (t) => {
  const { reply, ran } = world([[call('1')]])
  await t.rejects(reply(AbortSignal.abort(new EarshotError('draining'))), { code: 'draining' })
  t.same(ran, [])
})
