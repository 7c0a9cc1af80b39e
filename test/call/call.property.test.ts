import { test } from 'tap'
import fc from 'fast-check'
import type { Failure } from '../../src/replay/misbehaviour.ts'
import { Engine } from '../support/engine.ts'

type Step =
  | { do: 'say', words: number }
  | { do: 'silence', ms: number }
  | { do: 'noise', ms: number }
  | { do: 'mutter' }
  | { do: 'stall', ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('say' as const), words: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('silence' as const), ms: fc.integer({ min: 1, max: 150 }).map((n) => n * 20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('noise' as const), ms: fc.integer({ min: 1, max: 40 }).map((n) => n * 20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mutter' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stall' as const), ms: fc.integer({ min: 20, max: 3000 }) }) }
)

const failure: fc.Arbitrary<Failure | undefined> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('error' as const), code: fc.constant('provider_unavailable' as const), afterMs: fc.integer({ min: 0, max: 3000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), afterPieces: fc.integer({ min: 0, max: 5 }) }) }
)
const temper = fc.array(failure, { minLength: 1, maxLength: 12 }).map((failures) => ({ fail: (n: number) => failures[n % failures.length], jitterMs: 400 }))

const scenario = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 14 }),
  stt: fc.record({ latencyMs: fc.integer({ min: 0, max: 1500 }), temper }),
  llm: fc.record({ firstTokenMs: fc.integer({ min: 0, max: 1500 }), tokenMs: fc.integer({ min: 1, max: 60 }), temper }),
  tts: fc.record({ firstByteMs: fc.integer({ min: 0, max: 900 }), realTimeFactor: fc.double({ min: 0, max: 1.2, noNaN: true }), temper }),
  lineDelayMs: fc.integer({ min: 0, max: 300 }),
  speculate: fc.boolean()
})

const WORDS = ['one', 'two', 'three', 'four', 'five', 'six']

test('property: no order of events gives two replies to one turn, audio without the floor, or a stuck call', async () => {
  await fc.assert(fc.asyncProperty(scenario, async ({ steps, stt, llm, tts, lineDelayMs, speculate }) => {
    const engine: Engine = new Engine({
      stt: { latencyMs: stt.latencyMs, ...stt.temper, hear: (pcm): string => engine.words.hear(pcm).replaceAll('noise', '').trim() },
      llm: { firstTokenMs: llm.firstTokenMs, tokenMs: llm.tokenMs, ...llm.temper },
      tts: { firstByteMs: tts.firstByteMs, realTimeFactor: tts.realTimeFactor, ...tts.temper },
      turnTaking: { speculate },
      lineDelayMs
    })
    const wrong: string[] = []
    engine.onAudio = () => {
      if (engine.call.state !== 'speaking' && engine.call.state !== 'ending') wrong.push(`audio while ${engine.call.state} at ${engine.nowMs}`)
    }
    engine.call.start()
    for (const act of steps) {
      if (act.do === 'say') await engine.say(WORDS.slice(0, act.words).join(' '))
      if (act.do === 'silence') await engine.silence(act.ms)
      if (act.do === 'noise') await engine.send(engine.words.say('noise').subarray(0, act.ms * 8))
      if (act.do === 'mutter') await engine.say('uh-huh')
      if (act.do === 'stall') await engine.clock.advance(act.ms)
    }
    // Whatever happened, a caller who now stays silent is asked, asked again, and hung up on.
    for (let i = 0; i < 40 && engine.call.state !== 'closed'; i++) await engine.silence(5000)
    if (engine.call.state !== 'closed') wrong.push(`stuck in ${engine.call.state}`)
    await engine.clock.advance(10)

    const used = engine.eventsOf('answered').length
    const users = engine.turns.filter(({ role }) => role === 'user').length
    if (used > users + engine.eventsOf('retracted').length) wrong.push(`${used} answers to ${users} turns`)
    if (engine.turns.some(({ text }) => text === '')) wrong.push('an empty turn')
    if (engine.summaries.length !== 1) wrong.push(`${engine.summaries.length} ends`)
    if (engine.clock.pendingTimers !== 0) wrong.push(`${engine.clock.pendingTimers} timers left`)
    for (const provider of [engine.stt, engine.llm]) if (provider.behaviour.open !== 0) wrong.push('a request left open')
    if (wrong.length > 0) throw new Error(wrong.join('; '))
  }), { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 60) })
})
