import { test, type Test } from 'tap'
import type { LlmRequest } from '../../src/llm/llm.ts'
import { echo } from '../../src/replay/simulated-llm.ts'
import { buildNetwork } from '../support/telephone-network.ts'
import { say, type BuildOptions } from '../support/build.ts'

const TO = '+12025550177'

const world = async (t: Test, options: BuildOptions = {}) => {
  const requests: LlmRequest[] = []
  const network = await buildNetwork(t, {
    ...options,
    agent: { greeting: 'Hi, this is the hotel.', ...options.agent },
    llm: { reply: (request) => { requests.push(request); return echo(request) } }
  })
  const { api, phoneNumberId } = network
  const place = async (body: object) => (await api('POST', '/api/calls/outbound', { fromPhoneNumberId: phoneNumberId, to: TO, ...body })).call
  return { ...network, requests, place }
}

test('an agent talks to whoever answers, by the prompt that was given, and the call is on the record', async (t) => {
  const { place, takeUp, account, requests, api } = await world(t)
  const { _id, call_sid: callSid } = await place({ callType: 'ai', promptContent: 'Ask whether the table is still wanted.' })
  t.match(account.calls, [{ sid: callSid, to: TO, machineDetection: 'Enable' }])
  const { phone } = await takeUp([{ do: 'listen' }, say('no'), { do: 'listen' }], { detected: { answeredBy: 'human', afterMs: 2_500 } })
  t.match(phone.events.at(-1), { type: 'ended', by: 'caller' })
  t.same(phone.gaps, [])
  t.same(phone.events.filter(({ type }) => type === 'protocol_error' || type === 'stream_failed'), [])
  t.match(requests.at(-1)?.messages[0], { role: 'system', content: /^Ask whether the table is still wanted\./ })
  t.notMatch(requests.at(-1)?.messages[0]?.content, /receptionist/)
  const { call } = await api('GET', `/api/calls/${_id}`)
  t.match(call, {
    direction: 'outgoing',
    status: 'completed',
    end_reason: 'caller_hung_up',
    answered_by: 'human',
    carrier_status: 'completed',
    carrier_duration_seconds: Number,
    system_prompt: /^Ask/,
    to_number: TO,
    transcript: [{ role: 'assistant', text: 'Hi, this is the hotel.' }, { role: 'user', text: 'No.' }, { role: 'assistant', text: /^You said: No\./ }]
  })
  t.ok(call.usage.some(({ stage, inputTokens }: { stage: string, inputTokens: number }) => stage === 'llm' && inputTokens > 0))
})

test('a request whose answer got lost is one call all the same, and is carried like any other', async (t) => {
  const { place, takeUp, account } = await world(t)
  account.mishaps.push('lost_answer')
  const { call_sid: callSid } = await place({ callType: 'ai' })
  const { record } = await takeUp([{ do: 'listen' }, say('goodbye'), { do: 'listen' }])
  t.match(record, { call_sid: callSid, status: 'completed', transcript: [{}, { role: 'user' }, { role: 'assistant' }] })
  t.equal(account.calls.length, 1)
})

test('a message is spoken; nobody answers, and the record says so', async (t) => {
  const { place, takeUp, account, tell, gateway } = await world(t)
  await place({ callType: 'normal', message: 'Your table is ready.' })
  const { phone, record } = await takeUp()
  t.match(phone.events.filter(({ type }) => type === 'verb'), [{ name: 'Say', text: 'Your table is ready.' }, { name: 'Hangup' }])
  t.match(record, { status: 'completed', end_reason: 'twilio_completed', carrier_status: 'completed', transcript: [] })
  const { call_sid: callSid } = await place({ callType: 'normal', message: 'Your table is ready.' })
  for (const status of ['initiated', 'ringing', 'no-answer']) await tell(...account.phoneCalls.progress(account.calls.at(-1)!, status))
  t.match(await gateway.deps.stores.calls.findBySid(callSid), { status: 'completed', end_reason: 'twilio_no-answer', sip_response_code: 487 })
})

test('the callee is connected to a person, or told that nobody is there', async (t) => {
  const { place, takeUp } = await world(t)
  const bridge = { callType: 'normal', bridgeTo: '+12025550188' }
  const numbers: string[] = []
  await place(bridge)
  const reached = await takeUp(undefined, { dialled: (number) => { numbers.push(number); return { status: 'completed', seconds: 42 } } })
  t.same(numbers, ['+12025550188'])
  t.match(reached.record, { status: 'completed', dial_status: 'completed', dial_duration_seconds: 42, carrier_status: 'completed' })
  t.ok(Number(reached.record?.carrier_duration_seconds) >= 42)
  await place(bridge)
  const missed = await takeUp(undefined, { dialled: () => ({ status: 'no-answer', seconds: 30 }) })
  t.match(missed.record, { dial_status: 'no-answer' })
  t.match(missed.phone.events.filter(({ type }) => type === 'verb'), [{ name: 'Dial' }, { name: 'Say', text: /nobody/ }, { name: 'Hangup' }])
})

test('a machine hears the message after its beep, and nothing of what was begun before', async (t) => {
  const { place, takeUp, account } = await world(t, { agent: { voicemailMessage: 'Please call us back about your table.' } })
  await place({ callType: 'ai', promptContent: 'Ask about the table.' })
  t.match(account.calls, [{ machineDetection: 'DetectMessageEnd' }])
  const { phone, record } = await takeUp([{ do: 'wait', forMs: 60_000 }], { detected: { answeredBy: 'machine_end_beep', afterMs: 9_000 } })
  t.match(phone.events.at(-1), { by: 'gateway', reason: 'completed over the REST API' })
  t.match(record, { status: 'completed', end_reason: 'voicemail_left', answered_by: 'machine_end_beep', resume_count: 1 })
  t.equal(record?.transcript.at(-1)?.text, 'Please call us back about your table.')
  const [, second] = phone.events.filter(({ type }) => type === 'stream_opened')
  const spoken = phone.events.filter(({ type, atMs }) => (type === 'agent_started' || type === 'agent_stopped') && atMs >= (second?.atMs ?? Infinity))
  t.match(spoken.map(({ type }) => type), ['agent_started', 'agent_stopped'], 'once, whole, in a stream of its own')
})

test('a machine is hung up on where the agent leaves no message, and none is looked for where the call says so', async (t) => {
  const { place, takeUp, account } = await world(t)
  await place({ callType: 'ai' })
  const { phone, record } = await takeUp([{ do: 'wait', forMs: 60_000 }], { detected: { answeredBy: 'machine_start', afterMs: 4_000 } })
  t.match(phone.events.at(-1), { by: 'gateway' })
  t.match(record, { end_reason: 'answering_machine', answered_by: 'machine_start', carrier_status: 'completed' })
  await place({ callType: 'ai', detectMachines: false })
  t.equal(account.calls.at(-1)?.machineDetection, undefined)
})
