import { test, type Test } from 'tap'
import { limitParameter, openAiLlm } from '../../src/llm/openai.ts'
import type { LlmEvent, LlmRequest } from '../../src/llm/llm.ts'
import { bytes, events, hang, json, refusal, slam, startOpenAiServer } from '../support/openai-server.ts'

const request: LlmRequest = { model: '', messages: [{ role: 'user', content: 'Hi' }], temperature: 0.5, maxTokens: 200 }

const delta = (content: string) => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })
const finish = (reason = 'stop') => ({ choices: [{ index: 0, delta: {}, finish_reason: reason }] })
const reply = events([delta('Yes.'), finish()])

async function setup (t: Test) {
  const server = await startOpenAiServer(t)
  const llm = openAiLlm({ baseUrl: server.baseUrl, apiKey: 'key', model: 'default-model' })
  const read = async (overrides: Partial<LlmRequest> = {}, signal = new AbortController().signal) => {
    const seen: LlmEvent[] = []
    for await (const event of llm.stream({ ...request, ...overrides }, signal)) seen.push(event)
    return seen
  }
  return { server, llm, read }
}

test('streams text as it comes, then the usage', async (t) => {
  const { server, read } = await setup(t)
  server.answer(events([{ choices: [{ delta: { role: 'assistant', content: '' } }] }, delta('Good '), delta('day.'), finish(), { choices: [], usage: { prompt_tokens: 12, completion_tokens: 3 } }]))
  t.same(await read(), [{ type: 'text', text: 'Good ' }, { type: 'text', text: 'day.' }, { type: 'usage', inputTokens: 12, outputTokens: 3 }])
  t.same(server.requests[0]?.json(), {
    model: 'default-model', stream: true, messages: request.messages, max_tokens: 200, temperature: 0.5, stream_options: { include_usage: true }
  })
})

test('sends tools, tool calls and their results, and puts streamed calls together', async (t) => {
  const { server, read } = await setup(t)
  const tool = { name: 'end_call', description: 'Ends the call.', parameters: { type: 'object', properties: {} } }
  server.answer(events([
    delta('One moment.'),
    { choices: [{ delta: { tool_calls: [{ index: 0, id: 'call_a', type: 'function', function: { name: 'end_call', arguments: '' } }] } }] },
    { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: '{"why":' } }] } }] },
    { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: '"bye"}' } }] } }] },
    finish('tool_calls')
  ]))
  const seen = await read({
    model: 'm2',
    tools: [tool],
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'assistant', content: '', toolCalls: [{ id: 'call_1', name: 'lookup', arguments: '{}' }] },
      { role: 'tool', toolCallId: 'call_1', content: 'nothing' }
    ]
  })
  t.same(seen, [{ type: 'text', text: 'One moment.' }, { type: 'tool_call', id: 'call_a', name: 'end_call', arguments: '{"why":"bye"}' }])
  t.match(server.requests[0]?.json(), {
    model: 'm2',
    tools: [{ type: 'function', function: tool }],
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'assistant', content: null, tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'lookup', arguments: '{}' } }] },
      { role: 'tool', tool_call_id: 'call_1', content: 'nothing' }
    ]
  })
})

test('drops what a model refuses by name, one parameter after another, and remembers it for that model', async (t) => {
  const { server, read } = await setup(t)
  server.answer(
    refusal(400, { param: 'max_tokens', code: 'unsupported_parameter', message: 'Use max_completion_tokens instead.' }),
    refusal(400, { param: 'temperature', code: 'unsupported_value' }),
    refusal(422, { message: 'stream_options: extra fields not permitted' }),
    reply
  )
  t.same(await read(), [{ type: 'text', text: 'Yes.' }])
  await read()
  await read({ model: 'another' })
  const plain = { model: 'default-model', stream: true, messages: request.messages, max_completion_tokens: 200 }
  t.same(server.requests[3]?.json(), plain)
  t.same(server.requests[4]?.json(), plain)
  t.match(server.requests[5]?.json(), { model: 'another', max_tokens: 200, temperature: 0.5, stream_options: {} })
})

test('OpenAI itself gets the newer name of the limit from the first request on', (t) => {
  for (const baseUrl of ['https://api.openai.com/v1', 'https://us.api.openai.com/v1', 'https://mine.openai.azure.com/openai/v1']) t.equal(limitParameter(baseUrl), 'max_completion_tokens')
  for (const baseUrl of ['http://127.0.0.1:11434/v1', 'https://api.groq.com/openai/v1', 'https://notopenai.com/v1']) t.equal(limitParameter(baseUrl), 'max_tokens')
  t.end()
})

test('tries the plainest request when a refusal names nothing', async (t) => {
  const { server, read } = await setup(t)
  server.answer(json({ detail: [{ loc: ['body', 'stream_options'] }] }, { status: 422 }), reply)
  t.same(await read(), [{ type: 'text', text: 'Yes.' }])
  t.same(server.requests[1]?.json(), { model: 'default-model', stream: true, messages: request.messages, max_tokens: 200, temperature: 0.5 })
})

test('a request that is wrong in itself is refused after at most three changes', async (t) => {
  const { server, read } = await setup(t)
  server.answer(refusal(400, { param: 'messages', code: 'context_length_exceeded' }))
  await t.rejects(read(), { code: 'provider_rejected' })
  t.equal(server.requests.length, 1)
  server.answer(refusal(400, { message: 'max_tokens and max_completion_tokens are too large' }))
  await t.rejects(read(), { code: 'provider_rejected' })
  t.equal(server.requests.length, 1 + 4)
  server.answer(json('no', { status: 400 }))
  await t.rejects(read(), { code: 'provider_rejected' })
  t.equal(server.requests.length, 5 + 2)
})

test('half a reply, garbage and errors within the stream are `provider_unavailable`', async (t) => {
  const { server, read } = await setup(t)
  const broken = {
    'cut connection': events([delta('Good ')], 'cut'),
    'ended without a finish': events([delta('Good ')]),
    'not JSON': events([delta('Good '), '{"choices": [{'], 'hang'),
    'other JSON': events([delta('Good '), '42']),
    'no choices': events([{ hello: 'there' }]),
    'error in the stream': events([delta('Good '), { error: { message: 'overloaded' } }]),
    'a page': bytes('text/html', [Buffer.from('<h1>Sorry</h1>')]),
    'nothing at all': slam()
  }
  for (const [name, answer] of Object.entries(broken)) {
    server.answer(answer)
    await t.rejects(read(), { code: 'provider_unavailable' }, name)
  }
})

test('aborting closes the request, and is no end of the reply', async (t) => {
  const { server, llm, read } = await setup(t)
  const reason = new Error('hung up')
  server.answer(hang(), events([delta('Good ')], 'hang'))

  const waiting = new AbortController()
  const arrived = server.nextRequest()
  const failed = t.rejects(read({}, waiting.signal), reason)
  const first = await arrived
  waiting.abort(reason)
  await failed
  await first.aborted

  const reading = new AbortController()
  const read2 = async () => { for await (const event of llm.stream(request, reading.signal)) if (event.type === 'text') reading.abort(reason) }
  await t.rejects(read2(), reason)
  await server.requests[1]?.aborted
})

test('a reader that stops closes the request', async (t) => {
  const { server, llm } = await setup(t)
  server.answer(events([delta('Good ')], 'hang'))
  const reader = llm.stream(request, new AbortController().signal)[Symbol.asyncIterator]()
  t.same((await reader.next()).value, { type: 'text', text: 'Good ' })
  await reader.return?.()
  await server.requests[0]?.aborted
})
