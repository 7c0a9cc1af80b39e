import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { ProviderError } from '../../src/resilience.ts'
import { resilientLlm } from '../../src/llm/resilient.ts'
import type { Llm, LlmEvent, LlmRequest } from '../../src/llm/llm.ts'

test('the fallback gets the same conversation, with its own model', async (t) => {
  const asked: LlmRequest[] = []
  const broken: Llm = { stream: async function * () { throw new ProviderError('provider_rejected') } }
  const spare: Llm = { stream: async function * (request) { asked.push(request); yield { type: 'text', text: 'Yes.' } } }
  const request: LlmRequest = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }], temperature: 1, maxTokens: 10 }
  const seen: LlmEvent[] = []
  for await (const event of resilientLlm(broken, spare, { clock: new VirtualClock(), timeoutMs: 1000 }).stream(request, new AbortController().signal)) seen.push(event)
  t.same(seen, [{ type: 'text', text: 'Yes.' }])
  t.same(asked, [{ ...request, model: '' }])
})
