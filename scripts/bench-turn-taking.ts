import { fileURLToPath } from 'node:url'
import { knownRecordings } from '../src/replay/known-recordings.ts'
import { readCallers, type RecordedCaller } from '../src/replay/recorded-caller.ts'
import { VirtualCall } from '../src/replay/virtual-call.ts'
import type { TurnTaking } from '../src/call/turn-taking.ts'
import { SileroInlineVad } from '../src/vad/silero-inline.ts'
import { stageLines } from './bench/report.ts'
import { spreads } from './bench/spread.ts'

const CALLERS = fileURLToPath(new URL('../fixtures/callers/', import.meta.url))

/** Providers as fast clouds are: 300 + 350 + 150 ms; and as fast as a machine in the same room. */
const PROVIDERS = {
  cloud: { sttMs: 300, llmMs: 350, ttsMs: 150 },
  local: { sttMs: 80, llmMs: 60, ttsMs: 60 }
}
type ProviderTimes = (typeof PROVIDERS)[keyof typeof PROVIDERS]

/** What the engine is compared with: silence of 700 ms ends every turn, and only then is anybody asked. */
const FIXED_WAIT: Partial<TurnTaking> = {
  speculate: false,
  waitMs: { finished: 700, 'short-answer': 700, unclear: 700, hanging: 700, dictating: 700, filler: 700 }
}

export interface TurnResult {
  caller: string
  /** Sounds of the agent before the caller had finished. */
  cutIns: number
  /** From the caller's last sound to the agent's first, less the providers' own time. */
  overMs: number
  /** Transcriptions asked for. */
  requests: number
  /** The answer's latency by stage. */
  stages: Record<string, number>
  /** What went to the language model, or nothing. */
  heard: string
}

/** Lets a recorded caller speak to the agent once, in virtual time. */
export async function runCaller (vad: SileroInlineVad, caller: RecordedCaller, times: ProviderTimes, turnTaking: Partial<TurnTaking>): Promise<TurnResult> {
  const engine = new VirtualCall({
    vad,
    stt: { hear: knownRecordings([caller]), latencyMs: times.sttMs },
    llm: { firstTokenMs: times.llmMs, tokenMs: 10, reply: () => 'Our opening hours on weekdays are from nine in the morning until five in the afternoon.' },
    tts: { firstByteMs: times.ttsMs },
    turnTaking
  })
  const release = engine.clock.addSettler(() => vad.settle())
  engine.call.start()
  await engine.silence(3000)
  const startMs = engine.nowMs
  await engine.send(caller.audio)
  await engine.silence(6000)
  release()
  await engine.call.close('bench')
  const endMs = startMs + caller.speech.endMs
  const sounds = engine.log.filter(({ what, atMs }) => what === 'sound' && atMs > startMs)
  const answer = sounds.find(({ atMs }) => atMs >= endMs)
  const result = {
    caller: caller.name,
    cutIns: sounds.filter(({ atMs }) => atMs < endMs).length,
    overMs: (answer?.atMs ?? NaN) - endMs - times.sttMs - times.llmMs - times.ttsMs,
    requests: engine.stt.behaviour.requests,
    stages: engine.turns.findLast(({ latency }) => latency !== undefined)?.latency ?? {},
    heard: engine.turns.filter(({ role }) => role === 'user').map(({ text }) => text).join(' | ')
  }
  return result
}

export async function runTurnTaking (): Promise<void> {
  const vad = await SileroInlineVad.load()
  const callers = (await readCallers(CALLERS)).filter(({ text, name }) => text !== '' && !/spanish|french/.test(name))
  for (const [name, times] of Object.entries(PROVIDERS)) {
    console.log(`\nProviders: ${name} (STT ${times.sttMs} ms, first token ${times.llmMs} ms, first byte ${times.ttsMs} ms)`)
    const rows = []
    const stages: Record<string, number[]> = {}
    for (const caller of callers) {
      const ours = await runCaller(vad, caller, times, {})
      for (const [stage, ms] of Object.entries(ours.stages)) (stages[stage] ??= []).push(ms)
      const fixed = await runCaller(vad, caller, times, FIXED_WAIT)
      rows.push({ caller: caller.name, 'cut-ins': ours.cutIns, 'ms over providers': Math.round(ours.overMs), requests: ours.requests, 'fixed: cut-ins': fixed.cutIns, 'fixed: ms over': Math.round(fixed.overMs), heard: ours.heard === caller.text ? '' : ours.heard })
    }
    console.table(rows)
    const median = (values: number[]): number => values.filter(Number.isFinite).sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
    console.log(`cut-ins: ${sum(rows.map((row) => row['cut-ins']))} (fixed wait: ${sum(rows.map((row) => row['fixed: cut-ins']))}); median over the providers: ${median(rows.map((row) => row['ms over providers']))} ms (fixed wait: ${median(rows.map((row) => row['fixed: ms over']))} ms); ${sum(rows.map((row) => row.requests))} transcriptions for ${rows.length} turns`)
    console.log(['after the end of speech:', ...stageLines(spreads(stages))].join('\n'))
  }
  await vad.close()
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)

if (process.argv[1] === fileURLToPath(import.meta.url)) await runTurnTaking()
