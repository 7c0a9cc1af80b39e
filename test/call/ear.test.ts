import { test } from 'tap'
import fc from 'fast-check'
import { VirtualClock } from '../../src/clock.ts'
import { Ear, PRE_ROLL_MS } from '../../src/call/ear.ts'
import type { HearingAction } from '../../src/call/turn-detector.ts'
import { DEFAULT_TURN_TAKING, type TurnTaking } from '../../src/call/turn-taking.ts'
import type { Vad } from '../../src/vad/vad.ts'
import { soundVad, WordAudio } from '../support/word-audio.ts'

const language = new WordAudio()
const speech = (words: number): Uint8Array => language.say(Array.from({ length: words }, (_, i) => `w${i}`).join(' '))
const silence = (ms: number): Uint8Array => new Uint8Array(ms * 8).fill(0xff)

const setUp = (vadOf: (clock: VirtualClock) => Vad = () => soundVad, settings: Partial<TurnTaking> = {}) => {
  const clock = new VirtualClock(50_000)
  const actions: HearingAction[] = []
  let onAction = (_action: HearingAction) => {}
  const ear: Ear = new Ear(clock, vadOf(clock), { ...DEFAULT_TURN_TAKING, ...settings }, (action) => { actions.push(action); onAction(action) })
  return {
    clock,
    ear,
    actions,
    types: () => actions.map(({ type }) => type),
    onAction: (fn: (action: HearingAction) => void) => { onAction = fn },
    /** Frames of 20 ms, as a line delivers them. */
    async hear (...parts: Uint8Array[]): Promise<void> {
      const mulaw = Buffer.concat(parts)
      for (let at = 0; at < mulaw.length; at += 160) {
        await clock.advance(mulaw.subarray(at, at + 160).length / 8)
        ear.frame(mulaw.subarray(at, at + 160))
      }
    }
  }
}

/** A detector in a thread: its chunks come later, in order. */
const slowly = (delayMs: number) => (clock: VirtualClock): Vad => ({
  open: (onChunk) => soundVad.open((chunk) => clock.setTimeout(() => onChunk(chunk), delayMs)),
  close: async () => {}
})

test('what happens is told in order, with its position in the caller\'s audio', async (t) => {
  const { ear, actions, hear } = setUp()
  await hear(silence(640), speech(4), silence(320), speech(2), silence(640))
  t.match(actions, [
    { type: 'started', onsetMs: 640 },
    { type: 'sustained', onsetMs: 640 },
    { type: 'paused', sinceMs: 1920, voicedMs: 1280 },
    { type: 'resumed', onsetMs: 2240, pauseMs: 320, voicedMs: 1280 },
    { type: 'paused', sinceMs: 2880, voicedMs: 1920 }
  ])
  t.equal(actions.length, 5)
  t.equal(ear.nowMs, 3520)
  t.equal(ear.atClock(2880), 50_000 + 2880)
})

test('words and a reply end the turn as soon as the silence is long enough', async (t) => {
  const { ear, actions, types, hear, clock } = setUp()
  await hear(speech(4), silence(200))
  ear.wordsKnown('finished')
  ear.replyReady()
  t.equal(types().at(-1), 'paused')
  await hear(silence(400))
  t.equal(types().at(-1), 'ended')
  t.equal(ear.hearing.name, 'quiet')
  await hear(speech(4), silence(1000))
  ear.wordsKnown('finished')
  t.notSame(types().at(-1), 'ended')
  ear.replyReady()
  t.equal(types().at(-1), 'ended', 'at once, not with the next frame')
  await clock.advance(1000)
  t.equal(clock.pendingTimers, 0)
  t.equal(actions.filter(({ type }) => type === 'ended').length, 2)
})

test('frames that come late and together are heard with the pauses they were spoken with', async (t) => {
  const { clock, ear, actions, hear } = setUp()
  await hear(silence(640), speech(4))
  await clock.advance(600)
  const late = Buffer.concat([speech(1), silence(320), speech(2)])
  for (let at = 0; at < late.length; at += 160) ear.frame(late.subarray(at, at + 160))
  t.match(actions.find(({ type }) => type === 'resumed'), { onsetMs: 2560, pauseMs: 320 })
  t.same(actions.map(({ type }) => type), ['started', 'sustained', 'paused', 'resumed'], 'the stall itself was no pause')
})

test('a line on which frames stop coming has gone quiet', async (t) => {
  const { clock, ear, types, hear } = setUp()
  await hear(speech(4))
  await clock.advance(900)
  t.same(types(), ['started', 'sustained'])
  await clock.advance(500)
  t.same(types(), ['started', 'sustained', 'paused'])
  ear.wordsKnown('finished')
  ear.replyReady()
  await clock.advance(1000)
  t.same(types(), ['started', 'sustained', 'paused', 'ended'])
  await clock.advance(1000)
  t.equal(clock.pendingTimers, 0)
})

test('frames that stop in a pause do not keep the turn open, not even after a click', async (t) => {
  for (const last of [silence(64), language.say('click').subarray(0, 32 * 8)]) {
    const { clock, ear, types, hear } = setUp()
    await hear(speech(4), silence(256), last)
    ear.wordsKnown('hanging')
    ear.replyReady()
    await clock.advance(3000)
    t.equal(types().at(-1), 'ended')
    await clock.advance(1000)
    t.equal(clock.pendingTimers, 0)
  }
})

test('a frame is looked at, not kept: its buffer may be used again', async (t) => {
  const { clock, ear, types } = setUp()
  const buffer = new Uint8Array(160)
  const mulaw = Buffer.concat([speech(4), silence(320)])
  for (let at = 0; at < mulaw.length; at += 160) {
    await clock.advance(20)
    buffer.set(mulaw.subarray(at, at + 160))
    ear.frame(buffer)
    buffer.fill(0)
  }
  t.same(types(), ['started', 'sustained', 'paused'])
  t.same(Buffer.from(ear.audio.slice(0, 1600)), mulaw)
})

test('the moment before the onset is still there when the detector notices, also when it is slow', async (t) => {
  for (const delayMs of [0, 150]) {
    const { ear, actions, onAction, hear, clock } = setUp(slowly(delayMs))
    const held: number[] = []
    onAction(({ type }) => { if (type === 'started') held.push(ear.audio.startMs) })
    for (let i = 0; i < 100; i++) {
      await hear(silence(100))
      if (ear.hearing.name === 'quiet') ear.forget()
    }
    const said = Buffer.concat([speech(3), silence(300)])
    for (let at = 0; at < said.length; at += 160) {
      await hear(said.subarray(at, at + 160))
      if (ear.hearing.name === 'quiet') ear.forget()
    }
    const [started] = actions
    t.equal(started?.type, 'started')
    t.ok(held[0]! > 7000, 'and the silence long before is not')
    if (started?.type === 'started') t.ok(held[0]! <= started.onsetMs - PRE_ROLL_MS, `${held[0]} held for an onset at ${started.onsetMs}`)
    await clock.advance(2000)
  }
})

test('after close nothing is told and nothing is left, whatever still comes', async (t) => {
  const { clock, ear, types, hear } = setUp(slowly(150))
  await hear(speech(2))
  ear.close()
  const told = types().length
  await hear(speech(2), silence(1000))
  ear.wordsKnown('finished')
  ear.replyReady()
  await clock.advance(3000)
  t.equal(types().length, told)
  t.equal(clock.pendingTimers, 0)
})

test('closed by what it tells, it tells nothing more', async (t) => {
  const { ear, types, onAction, hear, clock } = setUp(undefined, { bargeInMs: 96 })
  onAction(() => ear.close())
  await hear(speech(4), silence(500))
  t.same(types(), ['started'], 'though "sustained" came with the same chunk')
  t.equal(clock.pendingTimers, 0)
})

test('property: how the audio was cut into frames makes no difference', async () => {
  const part = fc.oneof(fc.integer({ min: 1, max: 5 }).map(speech), fc.integer({ min: 20, max: 700 }).map(silence))
  await fc.assert(fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 5 }), async (parts, sizes) => {
    const regular = setUp()
    await regular.hear(...parts)
    const irregular = setUp()
    const mulaw = Buffer.concat(parts)
    for (let at = 0, i = 0; at < mulaw.length; i++) {
      const frame = mulaw.subarray(at, at + sizes[i % sizes.length]!)
      await irregular.clock.advance(frame.length / 8)
      irregular.ear.frame(frame)
      at += frame.length
    }
    const told = ({ actions }: typeof regular) => JSON.stringify(actions)
    if (told(regular) !== told(irregular)) throw new Error(`${told(irregular)} instead of ${told(regular)}`)
    if (Math.abs(regular.ear.nowMs - irregular.ear.nowMs) > 1e-6) throw new Error('another position')
  }), { numRuns: 60 })
})
