// Makes the tapes of fixtures/tapes anew: calls of the recorded callers, kept by the gateway. Then: npm run replay -- TAPE --against GOLDEN --write-golden
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathOf } from '../src/archive/call-files.ts'
import { runCaller, type CallerStep } from '../src/replay/caller.ts'
import { knownRecordings } from '../src/replay/known-recordings.ts'
import { readCallers } from '../src/replay/recorded-caller.ts'
import { SimulatedLlm } from '../src/replay/simulated-llm.ts'
import { SimulatedStt } from '../src/replay/simulated-stt.ts'
import { SimulatedTts } from '../src/replay/simulated-tts.ts'
import { readTape, tapeLine } from '../src/replay/tape.ts'
import { openVirtualGateway } from '../src/virtual-gateway.ts'

const FOLDER = 'fixtures/tapes'
const callers = await readCallers('fixtures/callers')

/** @param intoAgentMs speaks over the agent, so long after it has begun */
const say = (name: string, intoAgentMs?: number): CallerStep => {
  const caller = callers.find((candidate) => candidate.name === name)
  if (caller === undefined) throw new Error(`There is no recorded caller ${name}.`)
  return { do: 'say', audio: caller.audio, speech: caller.speech, label: name, ...(intoAgentMs !== undefined && { intoAgentMs }) }
}

const TAPES: Record<string, { licence: string, steps: CallerStep[] }> = {
  'barge-in': {
    licence: 'CC BY-SA 3.0: the caller is Allison Smith, recorded for Digium, Inc. (fixtures/callers/README.md)',
    steps: [{ do: 'listen' }, say('hello'), say('no', 500), { do: 'listen' }]
  }
}

await mkdir(FOLDER, { recursive: true })
for (const [name, { licence, steps }] of Object.entries(TAPES)) {
  const dataDir = await mkdtemp(join(tmpdir(), 'earshot-tapes-'))
  const gateway = await openVirtualGateway({
    dataDir,
    agent: { greeting: 'Hi.', recordTape: true },
    providers: (clock) => ({ stt: new SimulatedStt({ clock, hear: knownRecordings(callers) }), llm: new SimulatedLlm({ clock, reply: () => 'Of course. What is it about?' }), tts: new SimulatedTts({ clock }) })
  })
  try {
    const phone = gateway.phone()
    await gateway.run(runCaller(gateway.clock, phone, steps))
    await gateway.archive.settled()
    const call = await gateway.deps.stores.calls.findBySid(phone.callSid)
    const { header, entries } = await readTape(pathOf(dataDir, 'tapes', call?.tapes?.[0]?.file ?? ''))
    await writeFile(join(FOLDER, `${name}.ndjson`), [{ ...header, licence }, ...entries].map(tapeLine).join(''))
  } finally {
    await gateway.close(0)
    await rm(dataDir, { recursive: true, force: true })
  }
}
