import { test } from 'tap'
import { EarshotError } from '../src/errors.ts'
import { runCaller } from '../src/replay/caller.ts'
import { SimulatedLlm } from '../src/replay/simulated-llm.ts'
import { SimulatedStt } from '../src/replay/simulated-stt.ts'
import { SimulatedTts } from '../src/replay/simulated-tts.ts'
import { openVirtualGateway } from '../src/virtual-gateway.ts'
import { build, call, say } from './support/build.ts'
import { folder } from './support/folder.ts'
import { inRealTime } from './support/in-real-time.ts'

test('a call over real sockets, in real time: greeted, heard, answered, stored, without gaps', async (t) => {
  const gateway = await build(t, { agent: { greeting: 'Hi.' }, llm: { reply: () => 'Right away.' } })
  const attempt = async () => await call(gateway, [{ do: 'listen', quietMs: 200 }, say('no'), { do: 'listen', quietMs: 200 }])
  const { report, phone, transcript } = await inRealTime(attempt, ({ report, transcript }) => report.gaps.length === 0 && transcript.length === 3)
  t.same(transcript, ['assistant: Hi.', 'user: No.', 'assistant: Right away.'])
  t.match(report, { endedBy: 'caller', gaps: [], utterances: [{ complete: true, cutIn: false }] })
  const [{ replyMs = NaN } = {}] = report.utterances
  t.ok(replyMs > 300, `answered after ${replyMs} ms`)
  t.same(phone.events.filter(({ type }) => type === 'protocol_error'), [])
  t.match(await gateway.deps.stores.calls.findBySid(phone.callSid), { status: 'completed', end_reason: 'caller_hung_up', from_number: '+12025550111', reply_times_ms: [Number], latency: { firstFrameMs: Number } })
  const usage = new Map((await gateway.deps.stores.calls.findBySid(phone.callSid))?.usage?.map(({ stage, ...rest }) => [stage, rest]))
  t.match(usage.get('stt'), { provider: 'simulated', requests: Number, audioSeconds: Number })
  t.match(usage.get('llm'), { inputTokens: Number, outputTokens: Number })
  t.match(usage.get('tts'), { audioSeconds: Number, characters: Number })
  t.match(await gateway.deps.metrics.registry.metrics(), /earshot_usage_total\{stage="stt",provider="simulated",unit="audioSeconds"\} \d/)
})

test('the agent ends the call through the REST API, over the network', async (t) => {
  const gateway = await build(t, { agent: { greeting: 'Hi.' }, llm: { reply: () => [{ type: 'text', text: 'Bye.' }, { type: 'tool_call', id: 'c1', name: 'end_call', arguments: '{}' }] } })
  const { report } = await call(gateway, [{ do: 'listen', quietMs: 200 }, say('no'), { do: 'wait', forMs: 120_000 }])
  t.match(report, { endedBy: 'gateway', reason: 'completed over the REST API' })
})

test('a webhook that is not signed with the phone\'s token gets no call', async (t) => {
  const gateway = await build(t)
  const phone = gateway.phone({ authToken: 'wrong' })
  await phone.call()
  t.match(phone.events.at(-1), { type: 'ended', by: 'error', reason: /403/ })
  t.equal(await gateway.deps.stores.calls.findBySid(phone.callSid), undefined)
})

test('what the database did not take before the process ended is stored at the next start', async (t) => {
  const dataDir = folder(t)
  const open = async () => await openVirtualGateway({ dataDir, providers: (clock) => ({ stt: new SimulatedStt({ clock, hear: () => 'Are you open?' }), llm: new SimulatedLlm({ clock }), tts: new SimulatedTts({ clock }) }) })
  const gateway = await open()
  const { calls } = gateway.deps.stores
  const away = async (): Promise<never> => { throw new EarshotError('store_unavailable') }
  const phone = gateway.phone()
  Object.assign(calls, { appendTurn: away, complete: away })
  const talking = runCaller(gateway.clock, phone, [{ do: 'listen' }, say('no'), { do: 'listen' }, { do: 'wait', forMs: 60_000 }])
  await gateway.clock.advance(15_000)
  await gateway.close(0)
  await gateway.run(talking)

  const next = await open()
  const call = await next.deps.stores.calls.findBySid(phone.callSid)
  t.same(call?.transcript.map(({ role, text }) => `${role}: ${text}`), ['assistant: Hello, how can I help you?', 'user: Are you open?', 'assistant: You said: Are you open? Is there anything else?'])
  t.match(call, { status: 'completed', end_reason: 'shutdown', turn_count: 3, usage: Array })
  await next.close(0)
})
