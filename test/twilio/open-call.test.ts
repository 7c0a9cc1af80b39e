import { test, type Test } from 'tap'
import type { LlmEvent, LlmRequest } from '../../src/llm/llm.ts'
import { DEMO_NUMBER } from '../../src/replay/seed.ts'
import { echo, type SimulatedReply } from '../../src/replay/simulated-llm.ts'
import type { NewAgent } from '../../src/store/agents.ts'
import { say } from '../support/build.ts'
import { buildNetwork } from '../support/telephone-network.ts'

const CALLER = '+12025550111'

/** @param reply to a request on the phone; texts are answered with their last words */
const world = async (t: Test, agent: Partial<NewAgent>, reply: (request: LlmRequest) => SimulatedReply = echo) => {
  const requests: LlmRequest[] = []
  const network = await buildNetwork(t, { agent: { greeting: 'Hi.', ...agent }, llm: { reply: (request) => { requests.push(request); return reply(request) } } })
  return { ...network, requests, contents: () => requests.at(-1)?.messages.map(({ content }) => content).join('\n') ?? '' }
}

/** The tool on the caller's words, a sentence on its result. */
const using = (name: string, args: object) => ({ messages }: LlmRequest): SimulatedReply => {
  const last = messages.at(-1)
  const call: LlmEvent[] = [{ type: 'tool_call', id: 'c1', name, arguments: JSON.stringify(args) }]
  return last?.role === 'tool' ? `Told: ${last.content}` : call
}

test('a call knows what was written, and a text what was said', async (t) => {
  const { call, text, contents, account, api } = await world(t, {})
  await text(CALLER, 'Do you have a table for four?')
  t.equal(account.texts.sent.length, 1)
  t.match((await api('GET', '/api/analytics')).analytics.totals, { calls: 0, usage: [{ stage: 'llm', provider: 'simulated', requests: 1, inputTokens: Number, outputTokens: Number }] }, 'an answer in writing is on the bill')
  await call(CALLER, [{ do: 'listen' }, say('no'), { do: 'listen' }])
  t.match(contents(), /<<<\n.*Person: Do you have a table for four\?\n.*You: You said: Do you have a table for four\?.*>>>/s)
  await text(CALLER, 'What did I say?')
  t.match(contents(), /on the phone.*<<<\n.*Person: No\.\n.*>>>/s)
  await call('+12025550133', [{ do: 'listen' }, say('no'), { do: 'listen' }])
  t.notMatch(contents(), /table for four/, 'nor does anybody else')
})

test('a text that a call sends is a message like any other: once, with its statuses, and not to whoever wants none', async (t) => {
  const { call, text, account, tell, gateway, userId } = await world(t, { tools: [{ type: 'send_sms' }], smsReplies: false }, using('send_sms', { to: 'caller', body: 'The address is 1 Main Street.' }))
  const { stores } = gateway.deps
  const talk = async () => (await call(CALLER, [{ do: 'listen' }, say('no'), { do: 'listen' }])).record?.transcript.at(-1)?.text
  const sent = () => account.texts.sent.map(({ to, body }) => ({ to, body }))
  t.match(await talk(), /has been sent/)
  t.same(sent(), [{ to: CALLER, body: 'The address is 1 Main Street.' }])
  const [{ sid = '' } = {}] = account.texts.sent
  const callbacks = account.texts.callbacks(sid, ['sending', 'sent', 'delivered']).reverse()
  await tell(...callbacks, ...callbacks)
  t.match((await stores.messages.list(userId, { filter: { toNumber: CALLER } })).items, [{ messageSid: sid, status: 'delivered', agentId: String }])

  await text(CALLER, 'STOP')
  t.match(await talk(), /does not want/)
  await text(CALLER, 'START')
  t.match(await talk(), /has been sent/)
  t.equal(sent().length, 2)

  // A STOP that never reached us: Twilio refuses with 21610, and from then on it is known here too.
  account.texts.receive({ from: CALLER, to: DEMO_NUMBER, body: 'STOP' })
  t.match(await talk(), /does not want.*21610/)
  t.ok(await stores.optOuts.has(userId, 'messages', CALLER, DEMO_NUMBER))
  t.equal(sent().length, 2)
})

test('a transfer to a number that the rules refuse is not made, and the call goes on', async (t) => {
  for (const [number, made] of [['+19005551234', false], ['+442071838750', false], ['+12025550188', true]] as const) {
    const { call, account } = await world(t, { tools: [{ type: 'transfer_call', destinations: [{ name: 'Sales', number }] }] }, using('transfer_call', { destination: 'Sales', announcement: 'One moment.' }))
    const { phone, record } = await call(CALLER, [{ do: 'listen' }, say('no'), { do: 'listen' }, { do: 'wait', forMs: 3_000 }])
    t.equal(phone.events.some((event) => event.type === 'verb' && event.name === 'Dial'), made, number)
    t.equal(record?.end_reason, made ? 'transferred' : 'caller_hung_up')
    t.equal(account.calls.length, 0)
  }
})
