import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FromCallers, ToCallers } from './callers.ts'
import { startGateway, type GatewayProcess, type StageTimes, type Vitals } from './gateway-process.ts'
import { canPin, pinned } from './pinned.ts'
import { PROVIDERS_MS } from './provider-times.ts'
import { spread, spreads, type Spread } from './spread.ts'
import type { Tally } from './tally.ts'

/** Calls made a second while the load is built up: greetings are the most work at once that a call makes. */
const CALLS_PER_SECOND = 20
/** After the last call was made, until the measurement begins. */
const SETTLE_MS = 5000

export interface LoadResult {
  calls: number
  seconds: number
  gaps: number
  longestGapMs: number
  leastLeadMs: number
  replies: number
  replyOverProvidersMs: Spread
  greetingMs: Spread
  clearMs: Spread
  /** By stage of an answer, from the end of the caller's speech. */
  stageMs: Record<string, Spread>
  unanswered: number
  cutIns: number
  lost: number
  gatewayCpuMsPerCallSecond: number
  gatewayCores: number
  memoryMbPerCall: number
  residentMb: number
  heapMb: number
  externalMb: number
  loopDelayP99Ms: number
  loopDelayMaxMs: number
  callersLatestTickMs: number
  pinnedToOneCore: boolean
}

/** A gateway under load: calls are added and stay; each measurement is of the calls that are up. */
export interface Load {
  measure (calls: number, seconds: number): Promise<LoadResult>
  close (): Promise<void>
}

export async function openLoad (nodeFlags: string[]): Promise<Load> {
  const folder = await mkdtemp(join(tmpdir(), 'earshot-bench-'))
  const last = availableParallelism() - 1
  const [gatewayCpu, ourCpu] = canPin ? [0, last] : []
  const providers = start('providers.ts', ourCpu)
  const callers = start('callers.ts', ourCpu)
  let gateway: GatewayProcess | undefined
  const close = async (): Promise<void> => {
    callers.kill()
    await gateway?.stop()
    providers.kill()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const [port] = await once(providers, 'message') as [number]
    gateway = await startGateway(folder, port, gatewayCpu, nodeFlags)
  } catch (error) {
    await close()
    throw error
  }
  const { target, vitals, stages } = gateway
  const ask = (command: ToCallers): Promise<FromCallers> => askOf(callers, command)
  // The first call loads and compiles what every call uses: its memory is the process's, not the call's.
  await ask({ type: 'add', calls: 1, perSecond: 1, target })
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  let up = 1
  const before = await vitals()
  return {
    close,
    async measure (calls, seconds) {
      const greeted = up === 1 ? await tallyOf(ask) : undefined
      await ask({ type: 'measure' })
      await ask({ type: 'add', calls: calls - up, perSecond: CALLS_PER_SECOND, target })
      up = calls
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
      const { greetings } = await tallyOf(ask)
      await ask({ type: 'measure' })
      const since = new Date()
      const start = await vitals()
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
      const tally = await tallyOf(ask)
      const end = await vitals()
      return resultOf(calls, seconds, { ...tally, greetings: [...greeted?.greetings ?? [], ...greetings] }, await stages(since), before, start, end)
    }
  }
}

function start (file: string, cpu: number | undefined): ChildProcess {
  const [execPath, ...execArgv] = pinned(cpu, [process.execPath, '--import=tsx'])
  return fork(fileURLToPath(new URL(file, import.meta.url)), { execPath: execPath!, execArgv })
}

async function askOf (callers: ChildProcess, command: ToCallers): Promise<FromCallers> {
  const answered = once(callers, 'message') as Promise<[FromCallers]>
  callers.send(command)
  const [answer] = await answered
  if (answer.type === 'failed') throw new Error(answer.message)
  return answer
}

async function tallyOf (ask: (command: ToCallers) => Promise<FromCallers>): Promise<Tally> {
  const answer = await ask({ type: 'tell' })
  if (answer.type !== 'tally') throw new Error(`The callers answered ${answer.type}.`)
  return answer.tally
}

function resultOf (calls: number, seconds: number, tally: Tally, stages: StageTimes, before: Vitals, start: Vitals, end: Vitals): LoadResult {
  const cpuSeconds = end.cpuSeconds - start.cpuSeconds
  return {
    calls,
    seconds,
    gaps: tally.gaps.length,
    longestGapMs: Math.max(0, ...tally.gaps),
    leastLeadMs: tally.leastLeadMs,
    replies: tally.replies.length,
    replyOverProvidersMs: spread(tally.replies.map((ms) => ms - PROVIDERS_MS)),
    greetingMs: spread(tally.greetings),
    clearMs: spread(tally.clears),
    stageMs: spreads(stages),
    unanswered: tally.unanswered,
    cutIns: tally.cutIns,
    lost: tally.lost,
    gatewayCpuMsPerCallSecond: cpuSeconds * 1000 / (calls * seconds),
    gatewayCores: cpuSeconds / seconds,
    memoryMbPerCall: (end.residentBytes - before.residentBytes) / Math.max(1, calls - 1) / 1e6,
    residentMb: end.residentBytes / 1e6,
    heapMb: end.heapBytes / 1e6,
    externalMb: end.externalBytes / 1e6,
    loopDelayP99Ms: end.loopDelayP99Ms,
    loopDelayMaxMs: end.loopDelayMaxMs,
    callersLatestTickMs: tally.latestTickMs,
    pinnedToOneCore: canPin
  }
}
