import { test } from 'tap'
import { buildTestSpeechApp } from '../support/speech-app.ts'

const endCall = { type: 'function', function: { name: 'end_call', description: 'Ends the call.', parameters: { type: 'object', properties: {} } } }

test('answers whole', async (t) => {
  const { app } = await buildTestSpeechApp(t)
  const ask = async (payload: object) => (await app.inject({ method: 'POST', url: '/v1/chat/completions', payload })).json()
  const content = [{ type: 'text', text: 'I need a hat' }]
  t.match(await ask({ model: 'gpt-4o', messages: [{ role: 'user', content }] }), {
    object: 'chat.completion',
    model: 'gpt-4o',
    choices: [{ message: { role: 'assistant', content: 'You said: I need a hat. Is there anything else?' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 4, completion_tokens: 10, total_tokens: 14 }
  })
  const goodbye = { messages: [{ role: 'system', content: 'x' }, { role: 'user', content: 'Bye.' }] }
  const withTool = await ask({ ...goodbye, tools: [endCall] })
  t.match(withTool.choices[0], { message: { tool_calls: [{ type: 'function', function: { name: 'end_call', arguments: '{}' } }] }, finish_reason: 'tool_calls' })
  const without = await ask({ ...goodbye, tools: [{ type: 'function', function: { name: 'lookup' } }] })
  t.equal(without.choices[0].message.tool_calls, undefined)
  t.equal(without.choices[0].finish_reason, 'stop')
})

test('streams a token at a time, the tool call, the usage if it is asked for, and the end', async (t) => {
  const { app } = await buildTestSpeechApp(t)
  const stream = async (payload: object) => {
    const { body, headers } = await app.inject({ method: 'POST', url: '/v1/chat/completions', payload: { stream: true, ...payload } })
    t.equal(headers['content-type'], 'text/event-stream')
    const events = body.trim().split('\n\n').map((event) => event.replace(/^data: /, ''))
    t.equal(events.pop(), '[DONE]')
    return events.map((event) => JSON.parse(event))
  }
  const messages = [{ role: 'user', content: 'Bye.' }]
  const chunks = await stream({ messages, tools: [endCall], stream_options: { include_usage: true } })
  t.same(chunks.slice(0, 6).map(({ choices }) => choices[0].delta.content), ['', 'Thank', ' you', ' for', ' calling.', ' Goodbye!'])
  t.match(chunks[6].choices[0].delta, { tool_calls: [{ index: 0, function: { name: 'end_call' } }] })
  t.equal(chunks[7].choices[0].finish_reason, 'tool_calls')
  t.match(chunks[8], { choices: [], usage: { completion_tokens: 5 } })
  t.equal(chunks.length, 9)
  t.equal((await stream({ messages })).length, 7)
})
