import { test, type Test } from 'tap'
import type { HttpRequest } from '../../src/call/tools/http-tool.ts'
import type { Llm, LlmEvent, LlmRequest } from '../../src/llm/llm.ts'
import { meteredLlm } from '../../src/metered.ts'
import { AGENT, buildApi, PHONE } from '../support/api.ts'

const TOOLS = [
  { type: 'end_call' },
  { type: 'send_sms' },
  { type: 'transfer_call', destinations: [{ name: 'billing', number: '+14155550150' }] },
  { type: 'http', name: 'opening_hours', description: 'When we are open', url: 'https://hotel.example.com/hours', headers: { 'x-key': 'secret' } }
]

const setUp = async (t: Test, reply: (request: LlmRequest) => LlmEvent[]) => {
  const asked: LlmRequest[] = []
  const fetched: HttpRequest[] = []
  const llm: Llm = meteredLlm({
    async * stream (request) {
      asked.push({ ...request, messages: [...request.messages] })
      yield * reply(request)
      yield { type: 'usage', inputTokens: 10, outputTokens: 2 }
    }
  }, { provider: 'api.example.com', model: 'm' }, { end () {} })
  const api = await buildApi(t, {}, undefined, {
    llm,
    fetch: async (request) => {
      fetched.push(request)
      return { status: 200, contentType: 'text/plain', body: '9 to 5', cut: false }
    }
  })
  const ann = await api.user('ann')
  await ann.send('POST', '/api/phones', PHONE)
  const { body: { agent } } = await ann.send('POST', '/api/agents', { ...AGENT, greeting: 'Seaside Hotel!', tools: TOOLS })
  return { api, ann, agent, asked, fetched, chat: (body: object) => ann.send('POST', `/api/agents/${agent._id}/chat`, body) }
}

const tool = (name: string, args: object): LlmEvent[] => [{ type: 'tool_call', id: name, name, arguments: JSON.stringify(args) }]
const text = (text: string): LlmEvent[] => [{ type: 'text', text }]
const user = (content: string) => ({ role: 'user', content })
const assistant = (content: string) => ({ role: 'assistant', content })

test('an agent answers in writing with its prompt, after its HTTP tool was really asked', async (t) => {
  const { api, ann, asked, fetched, chat } = await setUp(t, ({ messages }) => messages.at(-1)?.role === 'tool' ? text('From nine to five.') : [...text('Let me see.'), ...tool('opening_hours', {})])
  const { status, body } = await chat({ messages: [assistant('Seaside Hotel!'), user('When are you open?')] })
  t.equal(status, 200)
  t.match(body, { text: 'Let me see.\nFrom nine to five.', ended: false, toolCalls: [{ name: 'opening_hours', arguments: '{}', result: '9 to 5', simulated: false }] })
  t.match(body, { inputTokens: 20, outputTokens: 4 })
  await api.clock.advance(1)
  t.match((await ann.send('GET', '/api/analytics')).body.analytics.totals.usage, [{ stage: 'llm', provider: 'api.example.com', requests: 2, inputTokens: 20, outputTokens: 4 }], 'and it counts as spent')
  t.match(fetched, [{ url: 'https://hotel.example.com/hours', headers: { 'x-key': 'secret' } }])
  t.same(asked[0]?.messages, [{ role: 'system', content: AGENT.systemPrompt }, assistant('Seaside Hotel!'), user('When are you open?')])
  t.same(asked[1]?.messages.map(({ role }) => role), ['system', 'assistant', 'user', 'assistant', 'assistant', 'tool'])

  await chat({ messages: [user('When?')], runTools: false, systemPrompt: 'You are rude.' })
  t.equal(fetched.length, 1, 'nobody is asked who should not be')
  t.equal(asked.at(-1)?.messages[0]?.content, 'You are rude.')
})

test('what needs a call is shown and not done; where a call would end, the answer does', async (t) => {
  let next: LlmEvent[] = []
  const { asked, chat } = await setUp(t, ({ messages }) => messages.at(-1)?.role === 'tool' ? text('Done.') : next)
  next = tool('send_sms', { to: 'caller', body: 'Hi' })
  t.match(await chat({ messages: [user('Text me')] }), { body: { text: 'Done.', ended: false, toolCalls: [{ name: 'send_sms', result: 'The message has been sent.', simulated: true }] } })
  next = tool('transfer_call', { destination: 'billing', announcement: 'One moment.' })
  t.match(await chat({ messages: [user('Billing')] }), { body: { ended: true, toolCalls: [{ name: 'transfer_call', simulated: true }] } })
  next = tool('transfer_call', { destination: 'nobody', announcement: 'One moment.' })
  t.match(await chat({ messages: [user('Nobody')] }), { body: { ended: false, toolCalls: [{ result: /not valid/ }] } })
  const before = asked.length
  next = tool('opening_hours', {})
  await chat({ messages: [user('For ever')] })
  t.ok(asked.length - before <= 5)
})

test('the conversation is bounded and checked; without one there is the greeting', async (t) => {
  const { api, agent, chat, asked } = await setUp(t, () => text('Yes.'))
  t.match(await chat({}), { status: 200, body: { text: 'Seaside Hotel!', toolCalls: [] } })
  t.match(await chat({ messages: [assistant('Hm')] }), { status: 400, body: { error: { field: 'messages' } } })
  t.match(await chat({ messages: [{ role: 'system', content: 'x' }] }), { status: 400 })
  t.match(await chat({ messages: Array.from({ length: 101 }, () => user('x')) }), { status: 400 })
  t.equal(asked.length, 0)
  const bob = await api.user('bob')
  t.equal((await bob.send('POST', `/api/agents/${agent._id}/chat`, { messages: [user('Hi')] })).status, 404)
  const statuses = []
  for (let n = 0; n < 61; n++) statuses.push((await chat({})).status)
  t.equal(statuses.at(-1), 429, 'and no program runs away with it')
})

test('a call\'s turns are said to the agent as it is now, and both answers are shown', async (t) => {
  const { api, ann, agent, asked, fetched } = await setUp(t, ({ messages }) => {
    const said = messages.findLast(({ role }) => role === 'user')?.content
    if (messages.at(-1)?.role === 'tool') return text('Nine to five, sir.')
    if (said === 'Bye.') return [...text('Goodbye, sir.'), ...tool('end_call', {})]
    return tool('opening_hours', {})
  })
  const { call } = await api.stores.calls.create({ userId: ann.userId, call_sid: 'CA1', from_number: '+14155550199', to_number: PHONE.phoneNumber, agent_id: agent._id, session_id: 's', start_time: new Date(0) })
  const url = `/api/calls/${call._id}/replay`
  t.match(await ann.send('POST', url, {}), { status: 409 }, 'nobody has said anything')
  const turns = [['assistant', 'Seaside Hotel!'], ['user', 'When are you open?'], ['assistant', 'One moment.'], ['assistant', 'Always.'], ['user', 'Bye.'], ['assistant', 'Bye.'], ['user', 'Hello?']] as const
  for (const [n, [role, text]] of turns.entries()) await api.stores.calls.appendTurn('CA1', n, { role, text, timestamp: new Date(n) })
  const { status, body } = await ann.send('POST', url, { systemPrompt: 'Say sir.' })
  t.equal(status, 200)
  t.match(body, {
    turns: [
      { caller: 'When are you open?', then: 'One moment. Always.', now: 'Nine to five, sir.', toolCalls: [{ name: 'opening_hours', simulated: true }] },
      { caller: 'Bye.', then: 'Bye.', now: 'Goodbye, sir.', toolCalls: [{ name: 'end_call' }] }
    ],
    complete: false
  })
  t.equal(body.turns.length, 2, 'a call that was ended is not gone on with')
  t.same(asked.at(-1)?.messages.map(({ content }) => content), ['Say sir.', 'Seaside Hotel!', 'When are you open?', 'Nine to five, sir.', 'Bye.'], 'its own answers are its past')
  t.same(fetched, [], 'services are not asked again for an old call')
  await ann.send('POST', url, { runTools: true })
  t.equal(fetched.length, 1, 'unless that is wished')
})
