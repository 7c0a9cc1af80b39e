import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { test } from 'tap'
import { encodeMulaw } from '../../src/audio/mulaw.ts'
import { speechLike } from '../../src/replay/speech-like.ts'
import { VirtualCall } from '../../src/replay/virtual-call.ts'
import { EnergyVad } from '../../src/vad/energy.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What is in use when nothing is garbage: objects and audio. Audio is freed in a thread of its own, a little later than what held it. */
const usedBytes = async (): Promise<number> => {
  for (let n = 0; n < 3; n++) {
    collectGarbage()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const WORDS = 'I have a question about my order'
const SPEECH = encodeMulaw(speechLike(WORDS, 8000))
const QUIET = new Uint8Array(8000).fill(0xff)
/** Two questions and the time for an answer to each. */
const SCRIPT = Buffer.concat([QUIET, QUIET, SPEECH, QUIET, QUIET, SPEECH, QUIET])

const newCall = (): VirtualCall => new VirtualCall({ vad: new EnergyVad(), stt: { hear: () => WORDS }, llm: { reply: () => 'It was sent this morning, and comes on Tuesday.' } })

/** Frames of 100 ms: five times as fast to simulate as Twilio's, and as welcome. */
async function send (engine: VirtualCall, mulaw: Uint8Array): Promise<void> {
  for (let at = 0; at < mulaw.length; at += 800) {
    const frame = mulaw.subarray(at, at + 800)
    await engine.clock.advance(frame.length / 8)
    engine.call.frame(frame)
  }
}

/** Ends the call, and with it what its phrases are made by; then the far end plays out what it has been sent, at most 480 ms. */
async function end (engine: VirtualCall): Promise<void> {
  await engine.call.close('caller_hung_up')
  await engine.phrases.close()
  await engine.clock.advance(500)
}

/** One question and its answer; with `overAgent` the caller asks again while the agent still speaks. */
async function turn (engine: VirtualCall, overAgent: boolean): Promise<void> {
  await send(engine, SPEECH)
  for (let second = 0; second < (overAgent ? 2 : 7); second++) await send(engine, QUIET)
}

const openRequests = ({ stt, llm, tts }: VirtualCall): number => stt.behaviour.open + llm.behaviour.open + tts.behaviour.open

test('an hour of conversation needs no more memory at its end than after its first minutes, and leaves nothing behind', async (t) => {
  const engine = newCall()
  engine.call.start()
  const usedAfter: number[] = []
  for (let n = 0; engine.nowMs < 3_500_000; n++) {
    await turn(engine, n % 5 === 4)
    // What this test remembers of the call is not the call's.
    engine.events.length = engine.turns.length = engine.log.length = 0
    if (n % 50 === 49) usedAfter.push(await usedBytes())
  }
  t.ok(usedAfter.length > 5)
  const [early, ...later] = usedAfter.slice(1)
  for (const bytes of later) t.ok(bytes < early! + 1_000_000, `${Math.round((bytes - early!) / 1000)} kB more`)
  await end(engine)
  t.equal(openRequests(engine), 0)
  t.equal(engine.clock.pendingTimers, 0)
})

test('a thousand calls, ended in any state, are forgotten one and all', async (t) => {
  const left: string[] = []
  const calls: Array<WeakRef<object>> = []
  const run = async (n: number): Promise<void> => {
    const engine = newCall()
    calls.push(new WeakRef(engine.call))
    engine.call.start()
    // From the greeting to the middle of the second answer.
    const untilMs = (n * 37 % 80) * 100
    await send(engine, SCRIPT.subarray(0, untilMs * 8))
    await end(engine)
    if (engine.clock.pendingTimers > 0 || openRequests(engine) > 0 || engine.summaries.length !== 1) left.push(`call ${n}, ended after ${untilMs} ms: ${engine.clock.pendingTimers} timers, ${openRequests(engine)} requests`)
  }
  for (let n = 0; n < 200; n++) await run(n)
  const early = await usedBytes()
  for (let n = 200; n < 1000; n++) await run(n)
  const grownBytes = await usedBytes() - early
  t.same(left, [])
  t.ok(grownBytes < 1_000_000, `${Math.round(grownBytes / 1000)} kB more after 800 calls`)
  t.same(calls.filter((call) => call.deref() !== undefined).length, 0, 'calls still in memory')
})
