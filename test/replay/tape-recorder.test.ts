import { test } from 'tap'
import { runCaller } from '../../src/replay/caller.ts'
import { runTape } from '../../src/replay/tape-caller.ts'
import { TapePhrases, tapeProviders } from '../../src/replay/tape-player.ts'
import { recordPhrases, recordProviders, recordSocket } from '../../src/replay/tape-recorder.ts'
import { parseTape, tapeLine, type TapeEntry } from '../../src/replay/tape.ts'
import { socketPair } from '../../src/replay/transport.ts'
import { acceptMediaStream } from '../../src/twilio/media-stream.ts'
import { openVirtualGateway } from '../../src/virtual-gateway.ts'
import { buildVirtual, say } from '../support/build.ts'
import { header } from '../support/tape-header.ts'
import { folder } from '../support/folder.ts'

const agent = { sttModel: 's', inferenceModel: 'i', ttsModel: 't', ttsVoice: 'v', systemPrompt: 'Be brief.', greeting: 'Hi there.', temperature: 0.5, maxTokens: 100 }

test('a call that was recorded in the gateway sounds the same, byte for byte, when its tape is played', async (t) => {
  const entries: TapeEntry[] = []
  const gateway = await buildVirtual(t, { agent, stt: { latencyMs: 270 }, llm: { firstTokenMs: 410, tokenMs: 35 }, tts: { firstByteMs: 190, voice: { pitchHz: 200, charactersPerSecond: 12 } } })
  const { deps, clock } = gateway
  const phone = gateway.phone({
    connect: async () => {
      const { phone, gateway: socket } = socketPair()
      const startedAtMs = clock.now()
      const write = (entry: TapeEntry) => { entries.push(entry) }
      acceptMediaStream(recordSocket(socket, clock, startedAtMs, write), { ...deps, ...recordProviders(deps, clock, startedAtMs, write), phrases: recordPhrases(deps.phrases, clock, startedAtMs, write) })
      return phone
    }
  })
  const report = await gateway.run(runCaller(clock, phone, [{ do: 'listen' }, say('demo-1'), say('no', 800), { do: 'listen' }, say('demo-2'), { do: 'listen' }]))
  t.equal(report.utterances.length, 3)

  const tape = parseTape([{ ...header, agent }, ...entries].map(tapeLine).join(''), 'tape')
  const again = await openVirtualGateway({ dataDir: folder(t), agent, providers: (clock) => tapeProviders(tape, clock), phrases: (clock) => new TapePhrases(tape, clock) })
  t.teardown(() => again.close(0))
  const player = again.phone({ microphone: false })
  await again.run(runTape(again.clock, player, tape))
  const sameEvents = (events: typeof phone.events) => events.filter(({ type }) => type !== 'webhook' && type !== 'stream_opened')
  t.same(sameEvents(player.events), sameEvents(phone.events))
  t.ok(Buffer.from(player.recording().agent).equals(phone.recording().agent))
  t.ok(Buffer.from(player.recording().caller).equals(phone.recording().caller))
})
