import { test } from 'tap'
import fc from 'fast-check'
import { VirtualClock } from '../../src/clock.ts'
import { Playback } from '../../src/call/playback.ts'
import { SpeechAudio } from '../../src/call/speech-audio.ts'
import type { Line } from '../../src/call/line.ts'

/** The far end's buffer: plays 8 bytes a millisecond, returns marks when reached, all of them at once on clear. */
class FarEnd implements Line {
  readonly played: number[] = []
  readonly gapsMs: number[] = []
  marks = true
  delayMs = 0
  onMark: (name: string) => void = () => {}
  #endMs: number
  #pending: Array<{ name: string, timer: { cancel(): void } }> = []
  sentBytes = 0
  clears = 0
  readonly #clock: VirtualClock

  constructor (clock: VirtualClock) { this.#clock = clock; this.#endMs = clock.now() }

  sendAudio (mulaw: Uint8Array): void {
    const gap = this.#clock.now() - this.#endMs
    if (this.sentBytes > 0 && gap > 0) this.gapsMs.push(gap)
    this.#endMs = Math.max(this.#endMs, this.#clock.now()) + mulaw.length / 8
    this.sentBytes += mulaw.length
    this.played.push(...mulaw)
  }

  sendMark (name: string): void {
    const entry = { name, timer: this.#clock.setTimeout(() => this.#return(entry), this.#endMs - this.#clock.now() + this.delayMs) }
    this.#pending.push(entry)
  }

  sendClear (): void {
    this.clears++
    this.#endMs = this.#clock.now()
    for (const entry of [...this.#pending]) { entry.timer.cancel(); this.#return(entry) }
  }

  get bufferedMs (): number { return Math.max(0, this.#endMs - this.#clock.now()) }

  #return (entry: { name: string, timer: { cancel(): void } }): void {
    this.#pending = this.#pending.filter((other) => other !== entry)
    if (this.marks) this.onMark(entry.name)
  }
}

const setUp = () => {
  const clock = new VirtualClock(0)
  const far = new FarEnd(clock)
  const log: string[] = []
  const playback = new Playback(clock, far, {
    onFirstAudio: () => log.push(`first@${clock.now()}`),
    onFirstMark: () => log.push(`mark@${clock.now()}`),
    onFinished: () => log.push(`finished@${clock.now()}`),
    onGap: (ms) => log.push(`gap ${ms}`)
  })
  far.onMark = (name) => playback.markReturned(name)
  return { clock, far, log, playback }
}

const speechOf = (ms: number, ended = true): SpeechAudio => {
  const speech = new SpeechAudio()
  speech.append(Uint8Array.from({ length: ms * 8 }, (_, i) => i % 251))
  if (ended) speech.end()
  return speech
}

test('sends at once up to the lead, then in step with the clock, and finishes on the last mark', async (t) => {
  const { clock, far, log, playback } = setUp()
  playback.play(speechOf(1000))
  t.equal(far.sentBytes, 400 * 8, 'a lead of 400 ms, in whole frames, leaves immediately')
  await clock.advance(500)
  t.ok(far.bufferedMs >= 390 && far.bufferedMs <= 480, `buffered ${far.bufferedMs}`)
  await clock.advance(1000)
  t.same(log, ['first@0', 'mark@240', 'finished@1000'])
  t.same(far.gapsMs, [])
  t.same(far.played, [...speechOf(1000).read(0, 8000)])
  t.equal(clock.pendingTimers, 0)
})

test('a stall of the event loop shorter than the lead makes no gap', async (t) => {
  const { clock, far, playback } = setUp()
  playback.play(speechOf(2000))
  // Timers fire late by 350 ms, again and again: what a busy process does.
  const real = clock.setTimeout.bind(clock)
  let n = 0
  clock.setTimeout = (fn, ms) => real(fn, ms + (n++ % 4 === 0 ? 350 : 0))
  await clock.advance(3000)
  t.equal(far.sentBytes, 16_000)
  t.same(far.gapsMs, [])
})

test('without marks from the far end it finishes all the same, after a bounded wait', async (t) => {
  const { clock, far, log, playback } = setUp()
  far.marks = false
  playback.play(speechOf(400))
  await clock.advance(5000)
  t.same(log.at(-1), 'finished@1900')
})

test('cut clears the far end and knows what was heard, by marks and the way they take', async (t) => {
  const { clock, far, playback } = setUp()
  far.delayMs = 80
  playback.play(speechOf(3000))
  await clock.advance(1000)
  const heardMs = playback.cut() / 8
  t.equal(far.clears, 1)
  t.ok(heardMs > 850 && heardMs <= 1000, `${heardMs} ms heard of 1000 played, reported 80 ms late`)
  t.notOk(playback.active)
  await clock.advance(1000)
  t.equal(clock.pendingTimers, 0)
})

test('marks of a flushed epoch prove nothing', async (t) => {
  const { clock, far, playback } = setUp()
  const speech = speechOf(3000)
  playback.play(speech)
  await clock.advance(300)
  const heard = playback.cut()
  t.ok(heard / 8 <= 300)
  playback.play(speech, heard)
  playback.markReturned('0:24000')
  t.ok(playback.heardBytes() <= heard + 8, 'an old name')
  for (const name of ['', 'x', '1:99999999', '9:8', '1:-3', '1:1e9']) playback.markReturned(name)
  t.ok(playback.heardBytes() <= heard + 8, 'foreign names')
  await clock.advance(5000)
  t.equal(far.sentBytes >= (3000 * 8 - heard), true)
})

test('goes on from a byte and sends exactly the rest', async (t) => {
  const { clock, far, log, playback } = setUp()
  playback.play(speechOf(1000), 5000)
  await clock.advance(2000)
  t.same(far.played, [...speechOf(1000).read(5000, 3000)])
  t.equal(log.at(-1), 'finished@375')
})

test('audio that arrives late is a gap, told once, and the pace starts afresh', async (t) => {
  const { clock, far, log, playback } = setUp()
  const speech = speechOf(300, false)
  playback.play(speech)
  await clock.advance(1000)
  t.equal(playback.dryForMs, 700)
  speech.append(new Uint8Array(8 * 400))
  await clock.advance(250)
  speech.end()
  await clock.advance(1000)
  t.same(log.filter((line) => line.startsWith('gap')), ['gap 700'])
  t.equal(far.sentBytes, 700 * 8)
  t.equal(log.at(-1), 'finished@1400')
})

test('an utterance without audio is finished at once', async (t) => {
  const { clock, log, playback } = setUp()
  const speech = new SpeechAudio()
  playback.play(speech)
  speech.end()
  await clock.advance(1)
  t.same(log, ['finished@0'])
})

test('property: however audio arrives, all of it is sent once, in order, never more than the lead and a frame ahead', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 0, max: 300 })), { minLength: 1, maxLength: 12 }), async (chunks) => {
    const { clock, far, playback } = setUp()
    const speech = new SpeechAudio()
    const all: number[] = []
    let aheadMs = 0
    playback.play(speech)
    for (const [bytes, pauseMs] of chunks) {
      const chunk = Uint8Array.from({ length: bytes }, (_, i) => (i * 7 + bytes) % 256)
      all.push(...chunk)
      speech.append(chunk)
      await clock.advance(pauseMs)
      aheadMs = Math.max(aheadMs, far.bufferedMs)
    }
    speech.end()
    await clock.advance(10_000)
    if (JSON.stringify(far.played) !== JSON.stringify(all)) throw new Error('not what was given')
    if (aheadMs > 480) throw new Error(`${aheadMs} ms ahead`)
    if (clock.pendingTimers !== 0) throw new Error('timers left')
  }), { numRuns: 60 })
})
