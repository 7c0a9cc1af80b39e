import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCaller, type CallerStep } from '../../src/replay/caller.ts'
import { knownRecordings } from '../../src/replay/known-recordings.ts'
import { readCaller } from '../../src/replay/recorded-caller.ts'
import { SimulatedLlm } from '../../src/replay/simulated-llm.ts'
import { SimulatedStt } from '../../src/replay/simulated-stt.ts'
import { SimulatedTts } from '../../src/replay/simulated-tts.ts'
import { openVirtualGateway } from '../../src/virtual-gateway.ts'

/** The first calls of a process also load and compile what they use. */
const WARM_UP_CALLS = 3
const CALLS = 5

export interface ReplaySpeed {
  callMs: number
  /** Processor time of one call, the median. */
  cpuMs: number
  timesRealTime: number
}

/** Runs a call of recorded speech through the whole gateway in virtual time. */
export async function replaySpeed (): Promise<ReplaySpeed> {
  const callers = await Promise.all(['demo-1', 'demo-2', 'demo-4'].map((name) => readCaller(fileURLToPath(new URL(`../../fixtures/callers/${name}.ulaw`, import.meta.url)))))
  const folder = await mkdtemp(join(tmpdir(), 'earshot-replay-'))
  const hear = knownRecordings(callers)
  const gateway = await openVirtualGateway({
    dataDir: folder,
    providers: (clock) => ({ stt: new SimulatedStt({ clock, hear }), llm: new SimulatedLlm({ clock }), tts: new SimulatedTts({ clock }) })
  })
  const steps = callers.flatMap(({ name, audio, speech }): CallerStep[] => [{ do: 'listen' }, { do: 'say', label: name, audio, speech }])
  const times: ReplaySpeed[] = []
  try {
    for (let n = 0; n < WARM_UP_CALLS + CALLS; n++) {
      const before = process.cpuUsage()
      const { durationMs } = await gateway.run(runCaller(gateway.clock, gateway.phone(), [...steps, { do: 'listen' }]))
      const { user, system } = process.cpuUsage(before)
      const cpuMs = (user + system) / 1000
      if (n >= WARM_UP_CALLS) times.push({ callMs: durationMs, cpuMs, timesRealTime: durationMs / cpuMs })
    }
  } finally {
    await gateway.close(0)
    await rm(folder, { recursive: true, force: true })
  }
  return times.sort((a, b) => a.cpuMs - b.cpuMs)[Math.floor(CALLS / 2)]!
}
