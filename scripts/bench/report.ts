import { cpus } from 'node:os'
import type { Limit } from './find-limit.ts'
import type { LoadResult } from './load.ts'
import { FIRST_BYTE_MS, FIRST_TOKEN_MS, PROVIDERS_MS, RECOGNITION_MS } from './provider-times.ts'
import type { ReplaySpeed } from './replay-speed.ts'
import type { Spread } from './spread.ts'

/** The callers' own clock was so late that what they noticed says more of them than of the gateway. */
const CALLERS_LATE_MS = 20

/** Prints one measurement. */
export function tell (result: LoadResult): void {
  const { gaps, longestGapMs, leastLeadMs } = result
  console.log([
    '',
    `${result.calls} calls for ${result.seconds} s, ${result.pinnedToOneCore ? 'gateway held to one core' : 'gateway on any core'} (${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.versions.node})`,
    `providers: simulated over HTTP, STT ${RECOGNITION_MS} ms, first token ${FIRST_TOKEN_MS} ms, first byte ${FIRST_BYTE_MS} ms`,
    `  gaps over 20 ms         ${gaps}${gaps > 0 ? `, the longest ${longestGapMs.toFixed(0)} ms` : ''}; a caller never had less than ${leastLeadMs.toFixed(0)} ms of audio ahead`,
    `  reply over ${PROVIDERS_MS} ms       ${inMs(result.replyOverProvidersMs)}`,
    `  greeting after start    ${inMs(result.greetingMs)}`,
    `  speech to clear         ${inMs(result.clearMs)}`,
    ...stageLines(result.stageMs),
    `  turns                   ${result.unanswered} without an answer, ${result.cutIns} cut in on, ${result.lost} calls lost`,
    `  gateway's processor     ${result.gatewayCpuMsPerCallSecond.toFixed(2)} ms a call and second (${result.gatewayCores.toFixed(2)} cores)`,
    `  gateway's event loop    late by ${result.loopDelayP99Ms.toFixed(0)} ms at the 99th percentile, ${result.loopDelayMaxMs.toFixed(0)} ms at the most`,
    `  gateway's memory        ${result.memoryMbPerCall.toFixed(2)} MB a call (resident ${result.residentMb.toFixed(0)} MB, heap ${result.heapMb.toFixed(0)} MB, buffers ${result.externalMb.toFixed(0)} MB)`,
    ...(result.callersLatestTickMs > CALLERS_LATE_MS ? [`  the callers themselves were late by up to ${result.callersLatestTickMs.toFixed(0)} ms: the machine is too busy for this measurement`] : [])
  ].join('\n'))
}

export function tellLimit ({ calls, doubtful }: Limit): void {
  console.log(`\n${calls} calls without a gap${doubtful ? '; but the callers themselves were late, so it may be more' : ''}`)
}

export function tellReplay (speed: ReplaySpeed, json: boolean): void {
  if (json) console.log(JSON.stringify(speed))
  else console.log(`a call of ${(speed.callMs / 1000).toFixed(1)} s in ${speed.cpuMs.toFixed(0)} ms of processor time: ${speed.timesRealTime.toFixed(0)} times real time`)
}

/** The stages of an answer, in the order in which they are reached. */
const STAGES = { sttMs: 'words known', llmFirstTokenMs: 'first token', firstClauseMs: 'first clause', ttsFirstByteMs: 'first byte of speech', firstFrameMs: 'first frame sent', firstMarkMs: 'first mark back' }

/** A line for each stage, counted from the end of the caller's speech. */
export const stageLines = (stages: Record<string, Spread>): string[] => Object.entries(STAGES).flatMap(([stage, name]) => {
  const times = stages[stage]
  return times === undefined ? [] : [`    ${name.padEnd(22)}${inMs(times)}`]
})

const inMs = ({ count, p50, p95, p99, max }: Spread): string =>
  count === 0 ? 'none' : `${[['median', p50], ['95 %', p95], ['99 %', p99], ['most', max]].map(([name, ms]) => `${name} ${Number(ms).toFixed(0)} ms`).join(', ')} (of ${count})`
