import { test, type Test } from 'tap'
import { isBrowserCall } from '../../src/store/calls.ts'
import { CallLog } from '../../src/replay/call-log.ts'
import { PhoneStream } from '../../src/replay/phone-stream.ts'
import { DEMO_NUMBER } from '../../src/replay/seed.ts'
import type { SimulatedReply } from '../../src/replay/simulated-llm.ts'
import { socketPair } from '../../src/replay/transport.ts'
import type { LlmRequest } from '../../src/llm/llm.ts'
import { acceptMediaStream } from '../../src/twilio/media-stream.ts'
import type { NewAgent } from '../../src/store/agents.ts'
import { buildVirtual, callers } from '../support/build.ts'

/** A gateway whose number has no Twilio account any more, with an inactive agent, and a browser that calls it. */
const setUp = async (t: Test, reply: (request: LlmRequest) => SimulatedReply, agent: Partial<NewAgent> = {}, env: Record<string, string> = {}) => {
  const gateway = await buildVirtual(t, { llm: { reply }, agent: { active: false, ...agent }, env })
  const { stores, clock } = gateway.deps
  const owner = await stores.users.findByEmail('owner@example.com')
  if (owner === undefined) throw new Error('no owner')
  await stores.apiKeys.create(owner._id, { name: 'k', secret: 'secret' })
  const { items: [phone] } = await stores.phones.list(owner._id)
  await stores.phones.update(owner._id, String(phone?._id), { isActive: false })
  const { items: [agentRecord] } = await stores.agents.list(owner._id)
  const agentId = String(agentRecord?._id)
  const send = async (method: 'GET' | 'POST', url: string, body?: object) => {
    const answer = await gateway.run(gateway.app.inject({ method, url, headers: { authorization: 'Bearer secret' }, ...(body && { body }) }))
    return { status: answer.statusCode, body: answer.json() }
  }
  const connect = (callSid: string, token: string) => {
    const { phone: transport, gateway: socket } = socketPair()
    acceptMediaStream(socket, gateway.deps)
    const stream = new PhoneStream(clock, new CallLog(clock, true), transport, { accountSid: 'none', callSid, streamSid: 'browser' })
    stream.open({ token }, true)
    return stream
  }
  return { gateway, stores, clock, agentId, send, connect }
}

const hello = callers.find(({ name }) => name === 'hello')!

test('a browser talks to an agent through the media handler, and Twilio is never asked', async (t) => {
  const asked: LlmRequest[] = []
  const { gateway, stores, clock, agentId, send, connect } = await setUp(t, (request) => {
    asked.push(request)
    return [{ type: 'text', text: 'Goodbye then.' }, { type: 'tool_call', id: 't', name: 'end_call', arguments: '{}' }]
  }, {
    tools: [{ type: 'end_call' }, { type: 'transfer_call', destinations: [{ name: 'billing', number: '+12025550150' }] }, { type: 'send_sms' }],
    systemPrompt: 'Be kind.'
  })
  const { status, body } = await send('POST', '/api/browser-calls', { agentId })
  t.equal(status, 201)
  t.match(body, {
    streamUrl: 'ws://gateway.test/twilio/media',
    token: String,
    call: { call_sid: /^browser-/, from_number: 'browser', to_number: DEMO_NUMBER, direction: 'incoming', channel: 'browser', status: 'active', stream_token_hash: undefined }
  })
  const { call, token } = body
  const stream = connect(call.call_sid, token)
  await gateway.run((async () => {
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 3000))
    await stream.speak(hello.audio)
    await stream.closed
  })())
  await gateway.run((async () => { while (gateway.deps.liveCalls.live > 0) await new Promise<void>((resolve) => clock.setTimeout(resolve, 10)) })())
  const record = await gateway.run(stores.calls.findBySid(call.call_sid).then((found) => found!))
  t.match(record, { status: 'completed', end_reason: 'agent_ended' })
  t.ok(isBrowserCall(record))
  t.same(record.transcript.map(({ role }) => role), ['assistant', 'user', 'assistant'])
  t.same(asked[0]?.tools?.map(({ name }) => name), ['end_call'], 'what needs a telephone is not offered')
  t.match(asked[0]?.messages[0], { role: 'system', content: /^Be kind\.\n\n.*web browser/ }, 'and the model is told')
})

test('the prompt of an agent whose tools all work in a browser stays as it is', async (t) => {
  const asked: LlmRequest[] = []
  const { gateway, clock, agentId, send, connect } = await setUp(t, (request) => {
    asked.push(request)
    return 'Yes.'
  }, { systemPrompt: 'Be kind.' })
  const { body: { call, token } } = await send('POST', '/api/browser-calls', { agentId })
  const stream = connect(call.call_sid, token)
  await gateway.run((async () => {
    await stream.speak(hello.audio)
    while (asked.length === 0) await new Promise<void>((resolve) => clock.setTimeout(resolve, 100))
  })())
  t.same(asked[0]?.messages[0], { role: 'system', content: 'Be kind.' })

  const ended = await send('POST', `/api/calls/${call._id}/end`)
  t.match(ended, { status: 200, body: { call: { status: 'completed', end_reason: 'ended_by_user' } } })
  await stream.closed
  t.equal(gateway.deps.liveCalls.live, 0, 'its owner can end it')
})

test('a browser waits its turn like a telephone, and a token is good once', async (t) => {
  const { gateway, stores, clock, agentId, send, connect } = await setUp(t, () => 'Yes.', {}, { MAX_CALLS: '1' })
  t.match(await send('POST', '/api/browser-calls', { agentId: 'nobody' }), { status: 400, body: { error: { field: 'agentId' } } })
  const { body: { call, token } } = await send('POST', '/api/browser-calls', { agentId })
  t.match(await send('POST', '/api/browser-calls', { agentId }), { status: 429, body: { error: { code: 'rate_limited', message: /lines are busy/ } } })
  const first = connect(call.call_sid, token)
  await gateway.run((async () => { while (gateway.deps.liveCalls.live === 0) await new Promise<void>((resolve) => clock.setTimeout(resolve, 10)) })())
  const second = connect(call.call_sid, token)
  await gateway.run(second.closed)
  t.equal(gateway.deps.liveCalls.live, 1)
  first.stop('caller hung up')
  await gateway.run((async () => { while (gateway.deps.liveCalls.live > 0) await new Promise<void>((resolve) => clock.setTimeout(resolve, 10)) })())

  const { body: { call: late, token: lateToken } } = await send('POST', '/api/browser-calls', { agentId })
  await gateway.run(new Promise<void>((resolve) => clock.setTimeout(resolve, 61_000)))
  await gateway.run(connect(late.call_sid, lateToken).closed)
  t.equal(gateway.deps.liveCalls.count, 0, 'after a minute it is not')
  const [ended] = [await gateway.run(stores.calls.completeUnconnected(new Date(clock.now())))]
  t.equal(ended, 1)
})
