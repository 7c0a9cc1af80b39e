import { test } from 'tap'
import fc from 'fast-check'
import { VirtualClock } from '../../src/clock.ts'
import { Gate } from '../../src/call/gate.ts'
import { PieceVoice } from '../../src/call/piece-voice.ts'
import { Utterance } from '../../src/call/utterance.ts'
import { SimulatedTts, type SimulatedTtsOptions } from '../../src/replay/simulated-tts.ts'
import type { Tts } from '../../src/tts/tts.ts'

const MS = 8
const setUp = (options: Partial<SimulatedTtsOptions> = {}, maxAheadMs = 12_000, wrap = (tts: Tts) => tts) => {
  const clock = new VirtualClock(0)
  const tts = new SimulatedTts({ clock, ...options })
  const asked: string[] = []
  const listening: Tts = {
    synthesize (request, signal) {
      asked.push(`${request.text}@${clock.now()}`)
      return tts.synthesize(request, signal)
    }
  }
  const utterance = new Utterance()
  const committed = new Gate()
  const abort = new AbortController()
  const sounds: number[] = []
  const voice = new PieceVoice(wrap(listening), { ttsModel: 'm', ttsVoice: 'v' }, utterance, committed, maxAheadMs * MS, abort.signal, () => sounds.push(clock.now()))
  let ended = ''
  voice.run().then(() => { ended = 'done' }, (error: unknown) => { ended = error instanceof Error ? error.message : 'failed' })
  return { clock, tts, asked, utterance, committed, abort, sounds, voice, ended: () => ended, heardMs: () => utterance.speech.length / MS }
}

const SENTENCES = ['The first sentence is this one.', 'And this is the second one of them.', 'Here comes the third.']

test('only the first piece is synthesised before the commit, then all of them, in order', async (t) => {
  const { clock, tts, asked, utterance, committed, voice, sounds, ended } = setUp()
  for (const text of SENTENCES) voice.add(text)
  voice.finish()
  await clock.advance(10_000)
  t.same(asked, [`${SENTENCES[0]}@0`])
  t.equal(sounds[0], 150)
  t.equal(utterance.text, SENTENCES[0])
  t.equal(ended(), '')
  committed.open()
  await clock.advance(10_000)
  t.equal(ended(), 'done')
  t.equal(utterance.text, SENTENCES.join(' '))
  t.equal(utterance.heardText(utterance.speech.length), utterance.text)
  t.equal(tts.behaviour.open, 0)
  t.equal(clock.pendingTimers, 0)
})

test('the next piece is begun as soon as the one before it sounds', async (t) => {
  const { clock, asked, committed, voice } = setUp({ realTimeFactor: 0.5 })
  committed.open()
  for (const text of SENTENCES) voice.add(text)
  voice.finish()
  await clock.advance(10_000)
  const [first, second, third] = asked.map((line) => Number(line.split('@')[1]))
  t.equal(first, 0)
  t.equal(second, 150, 'with the first byte of the first')
  t.ok(third! > second! && third! <= 150 + 31 / 15 * 500 + 1, `${third}: when the second sounds, which is when the first is complete`)
})

test('pieces that come late are spoken when they come, each with its own text', async (t) => {
  const { clock, utterance, committed, voice, ended } = setUp()
  committed.open()
  for (const text of SENTENCES) {
    voice.add(text)
    await clock.advance(3000)
    t.ok(utterance.text.endsWith(text))
  }
  t.equal(ended(), '', 'there may be more')
  voice.finish()
  await clock.advance(0)
  t.equal(ended(), 'done')
})

test('it does not run further ahead of the listener than it may', async (t) => {
  const { clock, tts, asked, utterance, committed, voice, heardMs, ended } = setUp({}, 3000)
  committed.open()
  for (let i = 0; i < 20; i++) voice.add(`This is sentence number ${i} of a long story.`)
  voice.finish()
  await clock.advance(30_000)
  t.ok(heardMs() < 3000 + 3500, `${heardMs()} ms`)
  t.ok(asked.length <= 3)
  let read = 0
  for (let i = 0; i < 200 && ended() === ''; i++) {
    read += utterance.speech.read(read, 400 * MS).length
    await clock.advance(400)
  }
  t.equal(ended(), 'done')
  t.equal(asked.length, 20)
  t.equal(tts.behaviour.open, 0)
})

test('a filler goes into silence, not into the middle of a piece', async (t) => {
  const { clock, utterance, committed, voice, abort } = setUp({ firstByteMs: 2000, realTimeFactor: 1 })
  committed.open()
  voice.add(SENTENCES[0]!)
  await clock.advance(1000)
  voice.insert('One moment.', new Uint8Array(4000).fill(1))
  t.equal(utterance.text, 'One moment.')
  await clock.advance(1500)
  voice.insert('One moment.', new Uint8Array(4000).fill(1))
  t.equal(utterance.text, `One moment. ${SENTENCES[0]}`)
  await clock.advance(5000)
  voice.insert('Nearly there.', new Uint8Array(4000).fill(1))
  t.equal(utterance.text, `One moment. ${SENTENCES[0]} Nearly there.`)
  abort.abort()
  voice.insert('Too late.', new Uint8Array(4000).fill(1))
  t.notMatch(utterance.text, /late/)
})

test('a first piece without sound does not hold up the one after it', async (t) => {
  const { clock, asked, utterance, voice, sounds } = setUp()
  voice.add('…')
  voice.add('Good morning.')
  voice.add('How are you today?')
  await clock.advance(5000)
  t.equal(asked.length, 2, 'the second is the first that sounds, and no more before the commit')
  t.ok(sounds.length > 0)
  t.equal(utterance.heardText(utterance.speech.length), '… Good morning.')
})

test('a failure ends it at once, though another piece has been begun that never answers', async (t) => {
  const { clock, tts, committed, abort, voice, ended } = setUp({
    fail: (request) => request === 0 ? { kind: 'cut', afterPieces: 3 } : { kind: 'hang' }
  })
  committed.open()
  voice.add(SENTENCES[0]!)
  voice.add(SENTENCES[1]!)
  await clock.advance(1000)
  t.equal(tts.behaviour.requests, 2)
  t.equal(ended(), 'The provider broke off its answer.')
  abort.abort()
  await clock.advance(0)
  t.equal(tts.behaviour.open, 0)
})

test('a synthesiser that takes no notice of the abort is closed at its next chunk', async (t) => {
  const deaf = (tts: Tts): Tts => ({ synthesize: (request) => tts.synthesize(request, new AbortController().signal) })
  const { clock, tts, committed, abort, voice, heardMs } = setUp({ realTimeFactor: 1 }, 12_000, deaf)
  committed.open()
  voice.add(SENTENCES[0]!)
  voice.add(SENTENCES[1]!)
  await clock.advance(400)
  const beforeMs = heardMs()
  t.ok(beforeMs > 0)
  abort.abort()
  await clock.advance(200)
  t.equal(tts.behaviour.open, 0)
  t.equal(heardMs(), beforeMs, 'nothing is added after the abort')
  t.equal(clock.pendingTimers, 0)
})

test('property: aborted at any moment, nothing it began goes on and no failure goes unheard', async (t) => {
  const unheard: unknown[] = []
  const note = (error: unknown) => unheard.push(error)
  process.on('unhandledRejection', note)
  t.teardown(() => process.off('unhandledRejection', note))
  const failure = fc.option(fc.oneof(
    fc.constant({ kind: 'hang' as const }),
    fc.record({ kind: fc.constant('cut' as const), afterPieces: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ kind: fc.constant('error' as const), code: fc.constant('provider_unavailable' as const), afterMs: fc.integer({ min: 0, max: 500 }) })
  ), { nil: undefined, freq: 3 })
  const adds = fc.array(fc.tuple(fc.constantFrom(...SENTENCES, '…'), fc.integer({ min: 0, max: 800 })), { minLength: 1, maxLength: 5 })
  await fc.assert(fc.asyncProperty(adds, fc.array(failure, { maxLength: 5 }), fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 6000 }), fc.double({ min: 0.05, max: 2, noNaN: true }), async (adds, failures, commitAtMs, abortAtMs, realTimeFactor) => {
    const { clock, tts, utterance, committed, abort, voice, ended } = setUp({ fail: (request) => failures[request], realTimeFactor }, 2000)
    clock.setTimeout(() => committed.open(), commitAtMs)
    clock.setTimeout(() => {
      abort.abort()
      committed.open()
      utterance.end()
    }, abortAtMs)
    for (const [text, waitMs] of adds) {
      voice.add(text)
      await clock.advance(waitMs)
    }
    voice.finish()
    await clock.advance(7000)
    if (ended() === '') throw new Error('still running')
    if (tts.behaviour.open > 0) throw new Error(`${tts.behaviour.open} syntheses running`)
    if (clock.pendingTimers > 0) throw new Error(`${clock.pendingTimers} timers`)
  }), { numRuns: 150 })
  await new Promise((resolve) => setImmediate(resolve))
  t.same(unheard, [])
})
