import fc from 'fast-check'
import { test } from 'tap'
import { encodeMulaw, decodeMulaw } from '../../../src/audio/mulaw.ts'
import { resample } from '../../../src/audio/resample.ts'
import { VirtualClock } from '../../../src/clock.ts'
import { Playback } from '../../../src/console/src/phone/playback.ts'
import { PlaybackBuffer } from '../../../src/replay/playback-buffer.ts'

const RATE_HZ = 48_000
const BLOCK = 128
const speech = (bytes: number, hz = 440): Uint8Array =>
  encodeMulaw(Int16Array.from({ length: bytes }, (_, i) => 10_000 * Math.sin(2 * Math.PI * hz * i / 8000)))

const setUp = (rateHz = RATE_HZ) => {
  const marks: string[] = []
  const playback = new Playback(rateHz, (name) => marks.push(name))
  const read = (blocks: number): Float32Array => {
    const out = new Float32Array(blocks * BLOCK)
    for (let block = 0; block < blocks; block++) playback.read(out.subarray(block * BLOCK, (block + 1) * BLOCK))
    return out
  }
  return { marks, playback, read }
}

for (const rateHz of [44_100, 48_000]) {
  test(`audio in many pieces is played at ${rateHz} Hz without a seam, and then there is silence`, (t) => {
    const { playback, read } = setUp(rateHz)
    const whole = speech(4000)
    for (let at = 0; at < whole.length; at += 160) playback.push(whole.subarray(at, at + 160))
    const expected = resample(decodeMulaw(whole), 8000, rateHz)
    const out = read(Math.ceil(expected.length / BLOCK) + 3)
    t.same(Int16Array.from(out.subarray(0, expected.length), (sample) => sample * 32768), expected)
    t.ok(out.subarray(expected.length).every((sample) => sample === 0))
    t.notOk(playback.playing)
    t.same(playback.underruns, { count: 0, totalMs: 0 })
    t.end()
  })
}

test('clear silences at once, returns the marks, and leaves nothing of the filter\'s memory behind', (t) => {
  const { playback, read, marks } = setUp()
  playback.push(speech(1600))
  playback.mark('a')
  playback.mark('b')
  read(2)
  playback.clear()
  t.same(marks, ['a', 'b'])
  t.ok(read(4).every((sample) => sample === 0))
  playback.push(new Uint8Array(160).fill(0xff))
  t.ok(read(4).every((sample) => sample === 0))
  t.same(playback.underruns, { count: 0, totalMs: 0 }, 'a reply that was cut off has no gap')
  t.end()
})

test('audio that comes too late inside an utterance is counted; a new utterance is not', (t) => {
  const { playback, read } = setUp()
  playback.push(speech(160)) // 20 ms are 7.5 blocks.
  read(15)
  playback.push(speech(160))
  t.equal(playback.underruns.count, 1)
  t.ok(Math.abs(playback.underruns.totalMs - 20) < 0.1, String(playback.underruns.totalMs))
  read(200)
  playback.push(speech(160))
  t.equal(playback.underruns.count, 1)
  t.end()
})

type Step = { do: 'push', bytes: number } | { do: 'mark' } | { do: 'clear' } | { do: 'wait', blocks: number }

test('marks come back as from Twilio\'s buffer of the replayed calls: in the same order, and within a block of the same time', async (t) => {
  const steps = fc.array<Step>(fc.oneof(
    fc.record({ do: fc.constant<'push'>('push'), bytes: fc.integer({ min: 0, max: 800 }) }),
    fc.record({ do: fc.constant<'mark'>('mark') }),
    fc.record({ do: fc.constant<'clear'>('clear') }),
    fc.record({ do: fc.constant<'wait'>('wait'), blocks: fc.integer({ min: 1, max: 40 }) })
  ), { maxLength: 60 })
  await fc.assert(fc.asyncProperty(steps, async (list) => {
    // Blocks of 16 ms at 8 kHz, so that both clocks count whole milliseconds.
    const clock = new VirtualClock(0)
    const theirs: Array<{ name: string, atMs: number }> = []
    const ours: Array<{ name: string, atMs: number }> = []
    const reference = new PlaybackBuffer(clock, { queued () {}, started () {}, ranDry () {}, cleared () {}, markReached: (name) => theirs.push({ name, atMs: clock.now() }) })
    const playback = new Playback(8000, (name) => ours.push({ name, atMs: clock.now() }))
    const wait = async (blocks: number) => {
      for (let block = 0; block < blocks; block++) {
        await clock.advance(16)
        playback.read(new Float32Array(128))
      }
    }
    let names = 0
    for (const step of list) {
      if (step.do === 'push') {
        reference.push(speech(step.bytes))
        playback.push(speech(step.bytes))
      } else if (step.do === 'mark') {
        const name = String(names++)
        reference.mark(name)
        playback.mark(name)
      } else if (step.do === 'clear') {
        reference.clear()
        playback.clear()
      } else await wait(step.blocks)
    }
    await wait(60 * 50)
    t.same(ours.map(({ name }) => name), theirs.map(({ name }) => name))
    t.equal(ours.length, names, 'every mark comes back')
    for (const [n, { atMs }] of ours.entries()) {
      const later = atMs - Number(theirs[n]?.atMs)
      // A block that was begun is played to its end; a run that follows one begins with the next block.
      if (later < 0 || later > 32) t.fail(`mark ${n} ${later} ms after`)
    }
  }), { numRuns: 40 })
})
