import { fileURLToPath } from 'node:url'
import { encodeMulaw } from '../src/audio/mulaw.ts'
import { BYTES_PER_MS } from '../src/call/line.ts'
import { readCallers, type RecordedCaller } from '../src/replay/recorded-caller.ts'
import { VirtualCall } from '../src/replay/virtual-call.ts'
import { SileroInlineVad } from '../src/vad/silero-inline.ts'
import { spread } from './bench/spread.ts'

const CALLERS = fileURLToPath(new URL('../fixtures/callers/', import.meta.url))

const ANSWER = 'Our opening hours on weekdays are from nine in the morning until five in the afternoon, and on Saturdays we are open from ten until two, except on public holidays. '.repeat(3)
/** Too short to have to silence anybody: a backchannel. */
const SHORTEST_MS = 500
const LEAD_IN_MS = 400
const LONGEST_MS = 3000

/** What is spoken over the agent, and where in it the words begin. */
export interface Interruption { name: string, audio: Uint8Array, onsetMs: number }

/** Every stretch of words in the recordings, each with a moment of the line before it. */
export function interruptionsOf (callers: RecordedCaller[]): Interruption[] {
  return callers.filter(({ text }) => text !== '').flatMap(({ name, audio, stretches }) => stretches.flatMap(([startMs, endMs], i) => {
    if (endMs - startMs < SHORTEST_MS) return []
    const fromMs = Math.max(i === 0 ? 0 : stretches[i - 1]![1] + 20, startMs - LEAD_IN_MS)
    return [{ name: `${name}, stretch ${i + 1}`, audio: audio.subarray(fromMs * BYTES_PER_MS, Math.min(endMs, startMs + LONGEST_MS) * BYTES_PER_MS), onsetMs: startMs - fromMs }]
  }))
}

/** Music, and hiss at −30 dBFS: nobody speaks. */
export function noises (callers: RecordedCaller[]): Interruption[] {
  const hiss = encodeMulaw(Int16Array.from({ length: 40_000 }, () => Math.round((Math.random() - 0.5) * 3600)))
  return [...callers.filter(({ text }) => text === ''), { name: 'hiss', audio: hiss }].map(({ name, audio }) => ({ name, audio, onsetMs: 0 }))
}

/** Lets it be heard while the agent speaks, in virtual time. Answers milliseconds from the onset to `clear`, or undefined when the agent spoke on. */
export async function speakOver (vad: SileroInlineVad, { audio, onsetMs }: Interruption): Promise<number | undefined> {
  const engine = new VirtualCall({ vad, stt: { hear: () => 'I would like something else.', latencyMs: 300 }, agent: { greeting: ANSWER } })
  const release = engine.clock.addSettler(() => vad.settle())
  engine.call.start()
  while (engine.count('sound') === 0) await engine.silence(200)
  await engine.silence(1500)
  const startMs = engine.nowMs
  await engine.send(audio)
  const clear = engine.log.find(({ what, atMs }) => what === 'cleared' && atMs > startMs)
  release()
  await engine.call.close('bench')
  return clear === undefined ? undefined : clear.atMs - startMs - onsetMs
}

export async function runBargeIn (): Promise<void> {
  const vad = await SileroInlineVad.load()
  const callers = await readCallers(CALLERS)
  const rows = []
  for (const interruption of interruptionsOf(callers)) rows.push({ 'spoken over the agent': interruption.name, 'ms to clear': await speakOver(vad, interruption) })
  console.table(rows)
  const heard = rows.flatMap((row) => row['ms to clear'] ?? [])
  const { count, p50, p95, max } = spread(heard)
  console.log(`onset of speech to clear: median ${p50} ms, 95 % ${p95} ms, most ${max} ms (of ${count}); ${rows.length - count} not noticed`)
  for (const noise of noises(callers)) {
    const clearedMs = await speakOver(vad, noise)
    console.log(`${noise.name}: ${clearedMs === undefined ? 'the agent spoke on' : `silenced after ${clearedMs} ms`}`)
  }
  await vad.close()
}
