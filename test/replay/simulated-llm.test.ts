import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import type { LlmEvent, LlmMessage } from '../../src/llm/llm.ts'
import { replies, SimulatedLlm, type SimulatedLlmOptions } from '../../src/replay/simulated-llm.ts'
import { runVirtually } from '../../src/replay/virtual-time.ts'

const ask = async (messages: LlmMessage[], options: Omit<SimulatedLlmOptions, 'clock'> = {}) => {
  const clock = new VirtualClock(0)
  const llm = new SimulatedLlm({ clock, ...options })
  const events: Array<LlmEvent & { atMs: number }> = []
  const reading = (async () => {
    for await (const event of llm.stream({ model: '', messages, temperature: 0, maxTokens: 100 }, new AbortController().signal)) events.push({ ...event, atMs: clock.now() })
  })()
  await runVirtually(clock, reading, 10_000)
  return events
}

const user = (content: string): LlmMessage => ({ role: 'user', content })
const textOf = (events: LlmEvent[]) => events.map((event) => event.type === 'text' ? event.text : '').join('')

test('repeats the caller word by word, at its pace, and counts tokens', async (t) => {
  const events = await ask([{ role: 'system', content: 'You help.' }, user('five past ten')])
  t.equal(textOf(events), 'You said: five past ten Is there anything else?')
  t.same(events.slice(0, 3), [{ type: 'text', text: 'You', atMs: 350 }, { type: 'text', text: ' said:', atMs: 370 }, { type: 'text', text: ' five', atMs: 390 }])
  t.same(events.at(-1), { type: 'usage', inputTokens: 5, outputTokens: 9, atMs: 350 + 9 * 20 })
})

test('answers by the caller\'s turn, however often it is asked', async (t) => {
  const call: LlmEvent = { type: 'tool_call', id: 'c1', name: 'end_call', arguments: '{}' }
  const reply = replies(['First.', [call], 'Third.'], 'After the tool.')
  for (let i = 0; i < 2; i++) t.equal(textOf(await ask([user('a')], { reply })), 'First.')
  const second: LlmMessage[] = [user('a'), { role: 'assistant', content: 'First.' }, user('b')]
  t.match((await ask(second, { reply }))[0], call)
  const { type, ...toolCall } = call
  t.equal(textOf(await ask([...second, { role: 'assistant', content: '', toolCalls: [toolCall] }, { role: 'tool', toolCallId: 'c1', content: 'ok' }], { reply })), 'After the tool.')
  t.equal(textOf(await ask([...second, user('c'), user('d')], { reply })), 'Third.', 'the last one again')
})
