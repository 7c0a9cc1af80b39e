import { test } from 'tap'
import { readFileSync } from 'node:fs'
import { rms } from '../../src/audio/level.ts'
import { decodeMulaw, encodeMulaw } from '../../src/audio/mulaw.ts'
import { isEcho } from '../../src/call/echo.ts'
import { Phrases } from '../../src/call/phrases.ts'
import { SpeechAudio } from '../../src/call/speech-audio.ts'
import { resample } from '../../src/audio/resample.ts'
import { PlaybackBuffer } from '../../src/replay/playback-buffer.ts'
import { VirtualCall } from '../../src/replay/virtual-call.ts'
import type { Tts } from '../../src/tts/tts.ts'
import { EnergyVad } from '../../src/vad/energy.ts'

const MS = 8
/** No two of these are made of the same recording; nine of the twelve are the same woman's voice. */
const VOICES = ['demo-1', 'demo-3', 'demo-4', 'question', 'pause-350', 'pause-450', 'pause-800', 'pause-900', 'very-long', 'long', 'cards', 'french']
const CASES = 150

interface Voice { pcm: Float64Array, mulaw: Uint8Array, speech: Array<[number, number]>, level: number }

const voices: Voice[] = VOICES.map((name) => {
  const mulaw = readFileSync(`fixtures/callers/${name}.ulaw`)
  const { speech }: { speech: Array<[number, number]> } = JSON.parse(readFileSync(`fixtures/callers/${name}.json`, 'utf8'))
  const pcm = decodeMulaw(mulaw)
  return { pcm: Float64Array.from(pcm), mulaw, speech, level: rms(pcm) }
})

/** A linear congruential generator: the cases are the same every time. */
let seed = 12345
const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
const between = (low: number, high: number): number => low + (high - low) * random()
const pick = <T>(list: T[]): T => list[Math.floor(random() * list.length)]!
const noise = (): number => random() + random() + random() + random() - 2
const gainOf = (db: number): number => 10 ** (db / 20)
const powerOf = (signal: Float64Array): number => signal.reduce((sum, sample) => sum + sample ** 2, 0) / signal.length
const toMulaw = (signal: Float64Array): Uint8Array => encodeMulaw(Int16Array.from(signal, (sample) => Math.max(-32768, Math.min(32767, sample))))

/** What a line makes of its echo: nothing, the telephone's band, or that and a hybrid's few milliseconds. */
const BAND = Array.from({ length: 129 }, (_, n) => {
  const t = n - 64
  const lowPass = (hz: number) => t === 0 ? hz / 4000 : Math.sin(Math.PI * hz / 4000 * t) / (Math.PI * t)
  return (lowPass(3300) - lowPass(300)) * (0.54 - 0.46 * Math.cos(2 * Math.PI * n / 128))
})
const hybrid = (): number[] => {
  const taps = Array.from({ length: 64 }, (_, k) => (k === 4 ? 1 : 0) + 0.45 * noise() * Math.exp(-k / 14))
  const gain = Math.sqrt(taps.reduce((sum, tap) => sum + tap ** 2, 0))
  return taps.map((tap) => tap / gain)
}
const HYBRIDS = [hybrid(), hybrid(), hybrid()]
/** The part of the filtered signal that ends before `end`, the filter's past included. */
const through = (taps: number[], signal: Float64Array, from: number, end: number): Float64Array => {
  const out = new Float64Array(end - from)
  for (let i = 0; i < out.length; i++) {
    for (let k = Math.min(taps.length - 1, from + i); k >= 0; k--) out[i]! += taps[k]! * signal[from + i - k]!
  }
  return out
}
const paths: Array<(voice: Voice, from: number, end: number) => Float64Array> = [
  ({ pcm }, from, end) => pcm.slice(from, end),
  ({ pcm }, from, end) => through(BAND, pcm, from, end),
  ({ pcm }, from, end) => through(pick(HYBRIDS), through(BAND, pcm, from - 64, end), 64, end - from + 64)
]

const speechOf = ({ mulaw }: Voice): SpeechAudio => {
  const speech = new SpeechAudio()
  for (let at = 0; at < mulaw.length; at += 2000) speech.append(mulaw.subarray(at, at + 2000))
  return speech
}
/** Beyond our lead of 200 ms, the echo is 20 to 600 ms late. */
const sentWhenHeard = (voice: Voice, end: number): number => Math.min(voice.mulaw.length, Math.round(end + between(220, 800) * MS))
const windowBytes = (): number => Math.round(between(128, 320) * MS)

/** The agent's voice, returned by the line while it speaks. */
const echoed = (lossDb: number): { caller: Uint8Array, agent: Voice, sentBytes: number } => {
  for (;;) {
    const agent = pick(voices)
    const bytes = windowBytes()
    const end = Math.round(between(bytes + 200, agent.pcm.length))
    const echo = pick(paths)(agent, end - bytes, end)
    // Only what a voice detector would have taken for speech.
    if (Math.sqrt(powerOf(echo)) < agent.level * 0.35) continue
    const hiss = agent.level * gainOf(-lossDb - between(10, 30))
    return { caller: toMulaw(echo.map((sample) => sample * gainOf(-lossDb) + hiss * noise() * 1.7)), agent, sentBytes: sentWhenHeard(agent, end) }
  }
}

/** Somebody else's voice while the agent speaks, with the line's echo under it or without. */
const interrupted = (overEcho: boolean): { caller: Uint8Array, agent: Voice, sentBytes: number } => {
  for (;;) {
    const [agent, other] = [pick(voices), pick(voices)]
    if (agent === other) continue
    const bytes = windowBytes()
    const [startMs, endMs] = pick(other.speech)
    const from = Math.round(between(startMs * MS, Math.max(startMs * MS, endMs * MS - bytes)))
    const end = Math.round(between(bytes + 200, agent.pcm.length))
    const gain = gainOf(between(-8, 8))
    const voice = other.pcm.slice(from, from + bytes).map((sample) => sample * gain)
    const echo = pick(paths)(agent, end - bytes, end).map((sample) => sample * (overEcho ? gainOf(-between(10, 30)) : 0))
    if (voice.length < bytes || Math.sqrt(powerOf(voice)) < other.level * gain * 0.35 || powerOf(voice) < 2 * powerOf(echo)) continue
    return { caller: toMulaw(voice.map((sample, i) => sample + echo[i]! + 20 * noise())), agent, sentBytes: sentWhenHeard(agent, end) }
  }
}

const shareOf = (make: () => { caller: Uint8Array, agent: Voice, sentBytes: number }): number => {
  let echoes = 0
  for (let i = 0; i < CASES; i++) {
    const { caller, agent, sentBytes } = make()
    if (isEcho(caller, speechOf(agent), sentBytes)) echoes++
  }
  return echoes / CASES
}

test('the agent\'s voice, returned by the line 10 to 30 dB weaker, late, coloured and in noise, is recognised', (t) => {
  const share = shareOf(() => echoed(between(10, 30)))
  t.ok(share >= 0.95, `${share * 100} % of ${CASES}`)
  t.end()
})

test('an interruption is not taken for an echo, whether the line is silent or returns one', (t) => {
  for (const overEcho of [false, true]) {
    const share = shareOf(() => interrupted(overEcho))
    t.ok(share < 0.02, `${share * 100} % of ${CASES}`)
  }
  t.end()
})

test('a voice as loud as the agent\'s is no echo, though it be the agent\'s', (t) => {
  t.equal(shareOf(() => echoed(0)), 0)
  t.end()
})

test('what was never sent, or too long ago, is no echo', (t) => {
  const voice = voices[VOICES.indexOf('very-long')]!
  const speech = speechOf(voice)
  const part = (fromMs: number) => toMulaw(voice.pcm.slice(fromMs * MS, (fromMs + 250) * MS).map((sample) => sample * 0.1))
  t.ok(isEcho(part(4000), speech, 4600 * MS))
  t.notOk(isEcho(part(4000), speech, 4100 * MS), 'it has not been sent yet')
  t.notOk(isEcho(part(4000), speech, 6500 * MS), 'two seconds late')
  speech.release(9000 * MS)
  t.notOk(isEcho(part(4000), speech, 4600 * MS), 'what was let go of cannot be compared')
  t.end()
})

test('silence, next to nothing and a tone are no echo', (t) => {
  const voice = voices[0]!
  const speech = speechOf(voice)
  const sent = 2000 * MS
  t.notOk(isEcho(new Uint8Array(0), speech, sent))
  t.notOk(isEcho(Uint8Array.of(0x90), speech, sent))
  t.notOk(isEcho(new Uint8Array(250 * MS).fill(0xff), speech, sent))
  t.notOk(isEcho(new Uint8Array(250 * MS).fill(0xff), new SpeechAudio(), 0))
  t.notOk(isEcho(voice.mulaw.subarray(4000, 6000), new SpeechAudio(), 0))
  t.notOk(isEcho(voice.mulaw.subarray(4000, 6000), speech, 100))
  t.notOk(isEcho(toMulaw(Float64Array.from({ length: 250 * MS }, (_, i) => 400 * Math.sin(i * 0.35))), speech, sent))
  t.end()
})

test('in a call, a line that echoes neither silences the agent nor has its words transcribed, not even single ones', async (t) => {
  for (const name of ['pause-800', 'pause-350', 'long']) {
    const voice = voices[VOICES.indexOf(name)]!
    const pcm = resample(Int16Array.from(voice.pcm), 8000, 24_000)
    const tts: Tts = { async * synthesize () { for (let at = 0; at < pcm.length; at += 2400) yield pcm.subarray(at, at + 2400) } }
    const returned = new Float64Array(15_000 * MS)
    const call: VirtualCall = new VirtualCall({
      vad: new EnergyVad(),
      stt: { hear: () => 'stop that' },
      deps: { tts, phrases: new Phrases(tts), line: { sendAudio: (mulaw) => far.push(mulaw.slice()), sendMark: (name) => far.mark(name), sendClear: () => far.clear() } }
    })
    const far = new PlaybackBuffer(call.clock, {
      queued: (mulaw, startsAtMs) => {
        const at = Math.round((startsAtMs - call.startedAtMs + 150) * MS)
        for (const [i, sample] of decodeMulaw(mulaw).entries()) returned[at + i] = sample * gainOf(-14)
      },
      started: () => {},
      ranDry: () => {},
      cleared: () => returned.fill(0, Math.round((call.nowMs + 150) * MS)),
      markReached: (name) => call.call.mark(name)
    })
    call.call.start()
    for (let ms = 0; ms < 12_000; ms += 20) await call.send(toMulaw(returned.slice(ms * MS, (ms + 20) * MS).map((sample) => sample + 15 * noise())))
    t.same(call.eventsOf('barge_in'), [])
    t.same(call.eventsOf('transcription'), [])
    t.equal(call.transcript.length, 1)
  }
})

test('a judgement costs little of the processor', (t) => {
  const cases = Array.from({ length: 60 }, () => echoed(20))
  const before = process.cpuUsage()
  for (const { caller, agent, sentBytes } of cases) isEcho(caller, speechOf(agent), sentBytes)
  const ms = process.cpuUsage(before).user / 1000 / cases.length
  t.ok(ms < 6, `${ms.toFixed(2)} ms, 1.2 measured alone`)
  t.end()
})
