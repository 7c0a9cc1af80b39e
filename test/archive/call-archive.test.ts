import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { test, type Test } from 'tap'
import { pathOf } from '../../src/archive/call-files.ts'
import { MULAW_SILENCE } from '../../src/audio/mulaw.ts'
import { VirtualClock } from '../../src/clock.ts'
import { runTape } from '../../src/replay/tape-caller.ts'
import { TapePhrases, tapeProviders, withTapeTools } from '../../src/replay/tape-player.ts'
import { readTape, type Tape } from '../../src/replay/tape.ts'
import type { TwilioPhone } from '../../src/replay/twilio-phone.ts'
import { openVirtualGateway, type VirtualGateway } from '../../src/virtual-gateway.ts'
import { buildVirtual, call, say, simulated, type SimulatedOptions } from '../support/build.ts'
import { folder } from '../support/folder.ts'

const agent = { sttModel: 's', inferenceModel: 'i', ttsModel: 't', ttsVoice: 'v', systemPrompt: 'Be brief.', greeting: 'Hi there.', temperature: 0.5, maxTokens: 100 }
const providers: SimulatedOptions = { stt: { latencyMs: 270 }, llm: { firstTokenMs: 410, tokenMs: 35 }, tts: { firstByteMs: 190, voice: { pitchHz: 200, charactersPerSecond: 12 } } }
const STEPS = [{ do: 'listen' as const }, say('demo-1'), say('no', 800), { do: 'listen' as const }, say('demo-2'), { do: 'listen' as const }]

const fileOf = (gateway: VirtualGateway, kind: 'tapes' | 'recordings', file = '') => pathOf(gateway.deps.config.DATA_DIR, kind, file)

/** The one file of a kind that is there, and what the record says of it. */
const kept = async (gateway: VirtualGateway, phone: TwilioPhone, kind: 'tapes' | 'recordings') => {
  await gateway.archive.settled()
  const record = await gateway.deps.stores.calls.findBySid(phone.callSid)
  const file = record?.[kind]?.[0]?.file ?? ''
  return { record, named: record?.[kind], path: fileOf(gateway, kind, file) }
}

/** Plays a tape; what the caller heard and what happened. */
const play = async (t: Test, tape: Tape, options: SimulatedOptions | undefined) => {
  const clock = new VirtualClock()
  const again = await openVirtualGateway({
    clock,
    ...(options === undefined && { recorder: withTapeTools(tape, clock) }),
    dataDir: folder(t),
    agent: tape.header.agent,
    providers: (clock: VirtualClock) => options === undefined ? tapeProviders(tape, clock) : simulated(clock, options),
    ...(options === undefined && { phrases: (clock: VirtualClock) => new TapePhrases(tape, clock) })
  })
  t.teardown(() => again.close(0))
  const phone = again.phone({ microphone: false })
  await again.run(runTape(again.clock, phone, tape))
  return phone
}

const sameCall = (t: Test, played: TwilioPhone, original: TwilioPhone) => {
  const eventsOf = ({ events }: TwilioPhone) => events.filter(({ type }) => type !== 'webhook' && type !== 'stream_opened')
  t.same(eventsOf(played), eventsOf(original))
  t.ok(Buffer.from(played.recording().agent).equals(original.recording().agent), 'the same to the byte in what was heard')
  t.ok(Buffer.from(played.recording().caller).equals(original.recording().caller))
}

test('a call is kept as a tape where its agent asks for it, and is the same call when the tape is played', async (t) => {
  const gateway = await buildVirtual(t, { ...providers, agent: { ...agent, recordTape: true } })
  const { phone, report } = await call(gateway, STEPS)
  t.equal(report.utterances.length, 3)
  const { named, path, record } = await kept(gateway, phone, 'tapes')
  const text = await readFile(path, 'utf8')
  t.match(named, [{ part: 1, file: `${record?._id}-1.ndjson`, bytes: Buffer.byteLength(text), started_at: Date }])
  const tape = await readTape(path)
  t.match(tape.header, { from: phone.callSid === '' ? '' : record?.from_number, to: record?.to_number, agent })
  t.same(tape.entries.flatMap((entry) => entry.type === 'twilio' ? [entry.message.event] : []).slice(0, 3), ['connected', 'start', 'media'])
  t.notMatch(text, /token/, 'a secret, even a spent one')

  await t.test('with the providers\' answers that are on it', async (t) => { sameCall(t, await play(t, tape, undefined), phone) })
  await t.test('without them', async (t) => {
    const caller: Tape = { header: tape.header, entries: tape.entries.filter(({ type }) => type === 'twilio') }
    sameCall(t, await play(t, caller, providers), phone)
  })
})

test('what tools answered is on the tape, and playing it runs none', async (t) => {
  const asked: string[] = []
  const llm: SimulatedOptions['llm'] = {
    reply: ({ messages }) => messages.at(-1)?.role === 'tool'
      ? `The answer is ${messages.at(-1)?.content ?? ''}`
      : [{ type: 'text', text: 'Let me see.' }, { type: 'tool_call', id: 'c1', name: 'weather', arguments: '{"town":"Bonn"}' }]
  }
  const tool = { type: 'http' as const, name: 'weather', description: 'The weather in a town.', method: 'GET' as const, url: 'https://example.org/weather', parameters: { type: 'object', properties: { town: { type: 'string' } } } }
  const gateway = await buildVirtual(t, { ...providers, llm: { ...providers.llm, ...llm }, agent: { ...agent, recordTape: true, tools: [tool] } })
  gateway.deps.fetch = async ({ url }) => {
    asked.push(url)
    return { status: 200, contentType: 'text/plain', body: 'sunny', cut: false }
  }
  const { phone, transcript } = await call(gateway, [{ do: 'listen' }, say('no'), { do: 'listen' }])
  t.match(transcript.at(-1), /The answer is .*sunny/)
  t.equal(asked.length, 1)
  const tape = await readTape((await kept(gateway, phone, 'tapes')).path)
  t.match(tape.entries.find(({ type }) => type === 'tool'), { request: { name: 'weather', arguments: '{"town":"Bonn"}' }, answer: { content: /sunny/ }, end: { outcome: 'answered' } })
  sameCall(t, await play(t, tape, undefined), phone)
  t.equal(asked.length, 1)
})

test('a call is kept as audio: the caller left, and right what was really heard of the agent', async (t) => {
  const gateway = await buildVirtual(t, { ...providers, agent: { ...agent, recordAudio: true, recordingNotice: 'This call is recorded.' } })
  const { phone, transcript } = await call(gateway, STEPS)
  t.equal(transcript[0], 'assistant: This call is recorded. Hi there.')
  const { named, path } = await kept(gateway, phone, 'recordings')
  const wav = await readFile(path)
  t.match(named, [{ part: 1, bytes: wav.length }])
  t.same([wav.readUInt16LE(20), wav.readUInt16LE(22), wav.readUInt32LE(24), wav.readUInt32LE(54)], [7, 2, 8000, wav.length - 58])
  const sides = wav.subarray(58)
  const side = (n: number) => Uint8Array.from({ length: sides.length / 2 }, (_, i) => sides[2 * i + n]!)
  const opened = phone.events.find(({ type }) => type === 'stream_opened')!.atMs
  const heard = phone.recording()
  const caller = heard.caller.subarray(opened * 8)
  t.ok(Buffer.from(side(0).subarray(0, caller.length)).equals(caller.subarray(0, sides.length / 2)))
  t.ok(phone.events.some(({ type, ...event }) => type === 'cleared' && 'unheardMs' in event && event.unheardMs > 0), 'something was thrown away')
  const agentHeard = spans(heard.agent.subarray(opened * 8))
  const agentKept = spans(side(1))
  t.equal(agentKept.length, agentHeard.length)
  for (const [i, span] of agentKept.entries()) {
    for (const end of [0, 1] as const) t.ok(Math.abs(span[end] - agentHeard[i]![end]) <= 40 * 8, `${span} for ${agentHeard[i]}`)
  }
})

/** From where to where there is sound, with no more than 200 ms of silence in between. */
const spans = (mulaw: Uint8Array): Array<[number, number]> => {
  const found: Array<[number, number]> = []
  for (const [i, byte] of mulaw.entries()) {
    if (byte === MULAW_SILENCE || byte === 0x7f) continue
    const last = found.at(-1)
    if (last !== undefined && i - last[1] < 1600) last[1] = i
    else found.push([i, i])
  }
  return found
}

test('nothing is kept unasked, and a disk that cannot be written to does not disturb the call', async (t) => {
  const silent = await buildVirtual(t, { agent })
  await call(silent, [{ do: 'listen' }, say('demo-1'), { do: 'listen' }])
  t.same([await readdir(fileOf(silent, 'tapes')), await readdir(fileOf(silent, 'recordings'))], [[], []])

  const gateway = await buildVirtual(t, { agent: { ...agent, recordTape: true, recordAudio: true } })
  for (const kind of ['tapes', 'recordings'] as const) {
    await rm(fileOf(gateway, kind), { recursive: true })
    await writeFile(fileOf(gateway, kind), 'in the way')
  }
  const { transcript, phone } = await call(gateway, [{ do: 'listen' }, say('demo-1'), { do: 'listen' }])
  t.equal(transcript.length, 3)
  await gateway.archive.settled()
  const failures = await gateway.deps.metrics.archiveFailures.get()
  t.same(failures.values.map(({ labels, value }) => [labels.kind, value]).sort(), [['recordings', 1], ['tapes', 1]])
  t.match((await kept(gateway, phone, 'tapes')).named, [{ part: 1, bytes: undefined }])
})
