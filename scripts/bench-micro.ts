import { encodeMulaw, decodeMulaw } from '../src/audio/mulaw.ts'
import { Decimator3 } from '../src/audio/decimator.ts'
import { resample } from '../src/audio/resample.ts'
import { Playback } from '../src/call/playback.ts'
import { SpeechAudio } from '../src/call/speech-audio.ts'
import { VirtualClock } from '../src/clock.ts'
import { MessageWriter, parseMessage } from '../src/twilio/messages.ts'
import { BATCH_CHUNKS, ChunkBatch } from '../src/vad/chunk-batch.ts'
import { Chunker } from '../src/vad/chunker.ts'
import { SileroBatcher } from '../src/vad/silero-batcher.ts'
import { SileroModel } from '../src/vad/silero-model.ts'
import { CHUNK_SAMPLES } from '../src/vad/vad.ts'

/** Processor time of this process, in microseconds: what others on the machine do counts less than in elapsed time. */
const cpuUs = (): number => {
  const { user, system } = process.cpuUsage()
  return user + system
}

const ROUNDS = 5
const ROUND_US = 100_000

/** The best of some rounds, in microseconds of processor time a call. */
async function microseconds (work: () => unknown): Promise<number> {
  let best = Infinity
  for (let round = -1; round < ROUNDS; round++) {
    const startUs = cpuUs()
    let calls = 0
    for (; cpuUs() - startUs < ROUND_US; calls += 20) {
      for (let i = 0; i < 20; i++) {
        const result = work()
        if (result instanceof Promise) await result
      }
    }
    // The first round lets V8 compile.
    if (round >= 0) best = Math.min(best, (cpuUs() - startUs) / calls)
  }
  return best
}

const noise = (samples: number): Int16Array => Int16Array.from({ length: samples }, () => Math.round((Math.random() - 0.5) * 20_000))

const frame = encodeMulaw(noise(160))
const framePcm = noise(160)
const into = new Uint8Array(160)
const intoPcm = new Int16Array(160)
const second24k = noise(24_000)
const second8k = noise(8000)
const decimator = new Decimator3()
const chunker = new Chunker(() => {})
const outbound = encodeMulaw(noise(640))
const writer = new MessageWriter('MZ0123456789abcdef0123456789abcdef')
const payload = Buffer.from(frame).toString('base64')
const inbound = `{"event":"media","sequenceNumber":"4321","media":{"track":"inbound","chunk":"4320","timestamp":"86400","payload":"${payload}"},"streamSid":"MZ0123456789abcdef0123456789abcdef"}`
const inboundBytes = Buffer.from(inbound)
const markMessage = '{"event":"mark","sequenceNumber":"99","streamSid":"MZ0123456789abcdef0123456789abcdef","mark":{"name":"1:2240"}}'

const rows: Array<{ what: string, µs: string, 'times a call and second': string }> = []
async function row (what: string, times: string, work: () => unknown, per = 1): Promise<void> {
  rows.push({ what, µs: (await microseconds(work) / per).toFixed(2), 'times a call and second': times })
}

await row('decode μ-law, 20 ms', '50', () => decodeMulaw(frame, intoPcm))
await row('encode μ-law, 20 ms', '50 while the agent speaks', () => encodeMulaw(framePcm, into))
await row('read a media message', '50', () => parseMessage(inboundBytes))
await row('read one in another form', '0', () => parseMessage(inbound))
await row('read a mark', '4 while the agent speaks', () => parseMessage(markMessage))
await row('write a media message, 80 ms', '12.5 while the agent speaks', () => writer.media(outbound))
await row('into chunks and measured, 20 ms', '50', () => chunker.push(framePcm))
await row('24 → 8 kHz, a second', '1 while the agent speaks', () => decimator.push(second24k))
await row('8 → 16 kHz, a second', '0 (local speech only)', () => resample(second8k, 8000, 16_000))
await playbackTick()
for (const size of [1, 8, 32, BATCH_CHUNKS]) await vadBatch(size)
console.table(rows)

/** What playback costs for a second of speech, without the line. */
async function playbackTick (): Promise<void> {
  let nowMs = 0
  let fire = (): void => {}
  const clock = Object.assign(new VirtualClock(0), { now: () => nowMs, setTimeout: (fn: () => void, delayMs: number) => { fire = () => { nowMs += delayMs; fn() }; return { cancel () {} } } })
  const playback = new Playback(clock, { sendAudio () {}, sendMark () {}, sendClear () {} }, { onFirstAudio () {}, onFirstMark () {}, onFinished () {}, onGap () {} })
  const speech = new SpeechAudio()
  for (let i = 0; i < 36_000; i++) speech.append(new Uint8Array(800))
  playback.play(speech)
  await row('a tick of playback', '12.5 while the agent speaks', () => {
    fire()
    speech.release(playback.sentBytes)
  })
  playback.stop()
}

async function vadBatch (size: number): Promise<void> {
  const batcher = new SileroBatcher(await SileroModel.load())
  const batch = new ChunkBatch()
  for (let i = 0; i < size; i++) batch.add(i, noise(CHUNK_SAMPLES))
  await row(`Silero, a chunk in a batch of ${size}`, '31.25', () => batcher.infer(batch), size)
}
