import { test } from 'tap'
import fc from 'fast-check'
import { VirtualClock } from '../../src/clock.ts'
import type { CallAgent } from '../../src/call/agent.ts'
import { CallerAudio } from '../../src/call/caller-audio.ts'
import { Turn } from '../../src/call/turn.ts'
import { DEFAULT_TURN_TAKING } from '../../src/call/turn-taking.ts'
import { SimulatedStt, type SimulatedSttOptions } from '../../src/replay/simulated-stt.ts'
import type { Stt, SttRequest } from '../../src/stt/stt.ts'
import { WORD_MS, WordAudio } from '../support/word-audio.ts'

const AGENT: CallAgent = { id: 'a', sttModel: 'whisper', inferenceModel: '', ttsModel: '', ttsVoice: '', systemPrompt: '', greeting: '', temperature: 0, maxTokens: 0, language: 'en-GB', sttLanguage: 'en-GB', turnTaking: DEFAULT_TURN_TAKING }

/** A caller in one turn: says words, pauses, goes on. Without `text` the recogniser hears the words that are in the audio it is given. */
const setUp = (options: Partial<SimulatedSttOptions> = {}, agent = AGENT) => {
  const clock = new VirtualClock(0)
  const language = new WordAudio()
  const stt = new SimulatedStt({ clock, hear: (pcm) => language.hear(pcm), ...options })
  const requests: Array<SttRequest & { atMs: number }> = []
  const watched: Stt = {
    transcribe (request, signal) {
      requests.push({ ...request, atMs: clock.now() })
      return stt.transcribe(request, signal)
    }
  }
  const audio = new CallerAudio()
  const told: string[] = []
  let voicedMs = 0
  const caller = {
    clock,
    stt,
    requests,
    audio,
    told,
    turn: undefined as Turn | undefined,
    start (): Turn {
      caller.turn = new Turn(1, audio.endMs, watched, agent, audio, {
        onWords: (turn) => told.push(turn.words),
        onFailed: (_turn, error) => told.push(`failed: ${error instanceof Error ? error.name : ''}`)
      })
      return caller.turn
    },
    async hear (mulaw: Uint8Array): Promise<void> {
      for (let at = 0; at < mulaw.length; at += 160) {
        audio.append(mulaw.subarray(at, at + 160))
        await clock.advance(20)
      }
    },
    async say (text: string): Promise<void> {
      await caller.hear(language.say(text))
      voicedMs += text.split(' ').length * WORD_MS
    },
    async silence (ms: number): Promise<void> { await caller.hear(new Uint8Array(ms * 8).fill(0xff)) },
    /** 100 ms of silence, and the question that the detector would have asked. */
    async pause (): Promise<void> {
      const sinceMs = audio.endMs
      await caller.silence(100)
      caller.turn?.ask(sinceMs, voicedMs)
    },
    goOn (): void { caller.turn?.goOn(audio.endMs, voicedMs) },
    cutIfLong (): void { caller.turn?.cutIfLong(voicedMs) }
  }
  return caller
}
const durationMs = ({ pcm }: SttRequest): number => pcm.length / 8
const ten = (from: number): string => Array.from({ length: 10 }, (_, i) => `w${from + i}`).join(' ')

test('what is transcribed is what the caller said, with the moment before it', async (t) => {
  const caller = setUp()
  await caller.silence(1000)
  caller.start()
  await caller.say('good morning')
  await caller.pause()
  await caller.clock.advance(300)
  t.same(caller.told, ['good morning'])
  t.equal(caller.requests.length, 1)
  const request = caller.requests[0]!
  t.equal(durationMs(request), 300 + 2 * WORD_MS + 100)
  t.ok(request.pcm.subarray(0, 2400).every((sample) => sample === 0), '300 ms before the onset')
  t.ok(Math.abs(request.pcm[2400]!) > 500)
  t.match(request, { sampleRateHz: 8000, model: 'whisper', language: 'en' })
  t.notOk('prompt' in request)
  t.equal(caller.turn?.silentSinceMs, 1000 + 2 * WORD_MS)
})

test('an agent without a language leaves it to the recogniser, and a turn at the start of the call has no moment before', async (t) => {
  const caller = setUp({}, { ...AGENT, sttLanguage: undefined })
  caller.start()
  await caller.say('good morning')
  await caller.pause()
  t.notOk('language' in caller.requests[0]!)
  t.equal(durationMs(caller.requests[0]!), 2 * WORD_MS + 100)
})

test('after a short stretch the caller goes on, and all of it is asked about again', async (t) => {
  const caller = setUp()
  caller.start()
  await caller.say('I would like')
  await caller.pause()
  await caller.silence(400)
  caller.goOn()
  await caller.say('a table')
  await caller.pause()
  await caller.clock.advance(300)
  t.same(caller.told, ['I would like', 'I would like a table'])
  t.equal(durationMs(caller.requests[1]!), 5 * WORD_MS + 600)
})

test('an answer that comes after the caller went on is void, and its request is given up', async (t) => {
  const caller = setUp()
  caller.start()
  await caller.say('I would')
  await caller.pause()
  caller.goOn()
  await caller.clock.settle()
  t.equal(caller.stt.behaviour.open, 0)
  await caller.say('like')
  await caller.pause()
  await caller.clock.advance(1000)
  t.same(caller.told, ['I would like'])
})

test('a long stretch is closed at its pause: sent once, its words the prompt for the next', async (t) => {
  const caller = setUp()
  await caller.silence(500)
  caller.start()
  await caller.say(`${ten(0)} ${ten(10)}`)
  await caller.pause()
  await caller.silence(500)
  caller.goOn()
  await caller.say('and more')
  await caller.pause()
  await caller.clock.advance(300)
  t.same(caller.told, [`${ten(0)} ${ten(10)}`, `${ten(0)} ${ten(10)} and more`])
  const [first, second] = caller.requests
  t.equal(durationMs(first!), 300 + 20 * WORD_MS + 100)
  t.equal(durationMs(second!), 300 + 2 * WORD_MS + 100, 'nothing of the closed stretch, and 300 ms before the new onset')
  t.equal(second!.prompt, `${ten(0)} ${ten(10)}`)
  t.ok(caller.audio.startMs > 5000, 'the closed audio is let go of')
})

test('a closed stretch whose words are still on their way is waited for', async (t) => {
  const caller = setUp({ latencyMs: 3000 })
  caller.start()
  await caller.say(`${ten(0)} ${ten(10)}`)
  await caller.pause()
  caller.goOn()
  await caller.say('and more')
  t.equal(caller.turn?.words, '')
  await caller.pause()
  t.notOk('prompt' in caller.requests[1]!)
  await caller.clock.advance(3000)
  t.same(caller.told, [`${ten(0)} ${ten(10)} and more`])
})

test('what is known when the caller hangs up in the middle is known of every stretch', async (t) => {
  const caller = setUp({ latencyMs: 400 })
  caller.start()
  await caller.say(`${ten(0)} ${ten(10)}`)
  await caller.pause()
  caller.goOn()
  await caller.say('and more')
  t.equal(caller.turn?.words, `${ten(0)} ${ten(10)}`, 'though the caller went on before the answer came')
})

test('one stretch that cannot be had does not lose the others', async (t) => {
  for (const failing of [0, 1]) {
    const caller = setUp({ fail: (request) => request === failing ? { kind: 'error', code: 'provider_unavailable' } : undefined })
    caller.start()
    for (const from of [0, 20]) {
      await caller.say(`${ten(from)} ${ten(from + 10)}`)
      await caller.pause()
      caller.goOn()
    }
    await caller.say('the end')
    await caller.pause()
    await caller.clock.advance(300)
    t.equal(caller.told.at(-1), failing === 0 ? `${ten(20)} ${ten(30)} the end` : `${ten(0)} ${ten(10)} the end`)
  }
})

test('a question that cannot be answered is told of once, and the next pause asks again', async (t) => {
  const caller = setUp({ fail: (request) => request === 0 ? { kind: 'error', code: 'provider_unavailable' } : undefined })
  caller.start()
  await caller.say('good morning')
  await caller.pause()
  await caller.clock.advance(1000)
  t.same(caller.told, ['failed: EarshotError'])
  caller.goOn()
  await caller.say('everybody')
  await caller.pause()
  await caller.clock.advance(300)
  t.same(caller.told, ['failed: EarshotError', 'good morning everybody'])
})

test('a caller who does not pause is cut every 20 s, without losing a sound', async (t) => {
  const caller = setUp()
  caller.start()
  for (let from = 0; from < 70; from += 10) {
    await caller.say(ten(from))
    caller.cutIfLong()
  }
  await caller.say('w0 w1')
  await caller.pause()
  await caller.clock.advance(300)
  t.equal(caller.requests.length, 2)
  t.equal(durationMs(caller.requests[0]!), 70 * WORD_MS)
  t.equal(durationMs(caller.requests[1]!), 2 * WORD_MS + 100)
  t.equal(caller.told[0], [...Array.from({ length: 70 }, (_, i) => `w${i}`), 'w0', 'w1'].join(' '))
})

test('words from before, whose answer was taken back, come first and help the recogniser', async (t) => {
  const caller = setUp()
  caller.start().follow('how much is it')
  t.equal(caller.turn?.words, 'how much is it')
  await caller.say('for three')
  await caller.pause()
  await caller.clock.advance(300)
  t.same(caller.told, ['how much is it for three'])
  t.equal(caller.requests[0]?.prompt, 'how much is it')
})

test('what the recogniser made up is no word, judged by the voice in that stretch alone', async (t) => {
  const caller = setUp({ hear: (_pcm, request) => request === 0 ? `${ten(0)} ${ten(10)}` : 'Thank you.' })
  caller.start()
  await caller.say(`${ten(0)} ${ten(10)}`)
  await caller.pause()
  caller.goOn()
  await caller.silence(400)
  await caller.pause()
  await caller.clock.advance(300)
  t.equal(caller.told.at(-1), `${ten(0)} ${ten(10)}`)
  const silent = setUp({ hear: () => 'Thank you.' })
  silent.start()
  await silent.silence(200)
  await silent.pause()
  await silent.clock.advance(300)
  t.same(silent.told, [''], 'nobody said anything')
})

test('property: cancelled at any moment a turn is silent, gives up every request and leaves no failure unheard', async (t) => {
  const unheard: unknown[] = []
  const note = (error: unknown) => unheard.push(error)
  process.on('unhandledRejection', note)
  t.teardown(() => process.off('unhandledRejection', note))
  const step = fc.constantFrom('say', 'say much', 'pause', 'goOn', 'silence', 'cut')
  const failure = fc.option(fc.constantFrom({ kind: 'hang' as const }, { kind: 'error' as const, code: 'provider_timeout' as const, afterMs: 200 }), { nil: undefined, freq: 4 })
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.array(failure, { maxLength: 6 }), fc.nat({ max: 12 }), async (steps, failures, cancelAfter) => {
    const caller = setUp({ fail: (request) => failures[request] })
    const turn = caller.start()
    for (const [i, step] of steps.entries()) {
      if (i === cancelAfter) break
      if (step === 'say') await caller.say('w0 w1')
      if (step === 'say much') await caller.say(ten(0))
      if (step === 'silence') await caller.silence(300)
      if (step === 'pause') await caller.pause()
      if (step === 'goOn') caller.goOn()
      if (step === 'cut') caller.cutIfLong()
    }
    turn.cancel()
    const told = caller.told.length
    await caller.clock.advance(5000)
    if (caller.told.length > told) throw new Error('told after the end')
    if (caller.stt.behaviour.open > 0) throw new Error(`${caller.stt.behaviour.open} requests running`)
    if (caller.clock.pendingTimers > 0) throw new Error('timers left')
  }), { numRuns: 40 })
  await new Promise((resolve) => setImmediate(resolve))
  t.same(unheard, [])
})
