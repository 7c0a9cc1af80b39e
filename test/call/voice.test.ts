import { test } from 'tap'
import fc from 'fast-check'
import { rms } from '../../src/audio/level.ts'
import { decodeMulaw } from '../../src/audio/mulaw.ts'
import { SilenceTrim, synthesizeMulaw } from '../../src/call/voice.ts'
import type { Tts } from '../../src/tts/tts.ts'

const MS = 8
const tone = (ms: number, amplitude = 8000): number[] => Array.from({ length: ms * MS }, (_, i) => Math.round(amplitude * Math.sin(i * 0.7)))
/** A synthesiser's nothing is not digital zero. */
const hush = (ms: number): number[] => Array.from({ length: ms * MS }, (_, i) => i * 37 % 41 - 20)

const trimmed = (pcm: number[], cuts: number[] = []): number[] => {
  const trim = new SilenceTrim()
  const out: number[] = []
  let from = 0
  for (const to of [...cuts].sort((a, b) => a - b)) {
    out.push(...trim.push(Int16Array.from(pcm.slice(from, to))))
    from = to
  }
  out.push(...trim.end(Int16Array.from(pcm.slice(from))))
  return out
}

test('takes the silence off both ends but 20 ms before and a breath after, and none out of the middle', (t) => {
  const sound = [...tone(200), ...hush(400), ...tone(100)]
  const out = trimmed([...hush(300), ...sound, ...hush(800)])
  t.same(out, [...hush(300).slice(-20 * MS), ...sound, ...hush(800).slice(0, 150 * MS)])
  t.end()
})

test('keeps what silence there is when it is less than that', (t) => {
  const all = [...hush(10), ...tone(90), ...hush(50)]
  t.same(trimmed(all), all)
  t.same(trimmed(tone(105)), tone(105), 'also what is no whole stretch of 10 ms')
  t.end()
})

test('nothing but silence is nothing', (t) => {
  t.same(trimmed([]), [])
  t.same(trimmed(hush(2000), [80, 81, 9000]), [])
  t.end()
})

test('sound is not held back while more sound follows', (t) => {
  const trim = new SilenceTrim()
  let out = 0
  for (let i = 0; i < 10; i++) out += trim.push(Int16Array.from(tone(50))).length
  t.ok(out >= 490 * MS, `${out / MS} ms of 500`)
  t.end()
})

test('property: the same audio comes out however it came in chunks, a stretch of what went in, with quiet ends bounded', (t) => {
  const part = fc.oneof(fc.integer({ min: 1, max: 500 }).map(hush), fc.integer({ min: 1, max: 200 }).map((ms) => tone(ms)))
  fc.assert(fc.property(fc.array(part, { maxLength: 8 }), fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), (parts, shares) => {
    const pcm = parts.flat()
    const out = trimmed(pcm, shares.map((share) => Math.floor(share * pcm.length)))
    if (JSON.stringify(out) !== JSON.stringify(trimmed(pcm))) throw new Error('depends on the chunks')
    const loud = (list: number[]) => list.findIndex((sample) => Math.abs(sample) > 1000)
    if (loud(out) < 0) return out.length === 0 && (loud(pcm) < 0 || pcm.length < 200 * MS || parts.every((part) => part.length < 20 * MS || loud(part) < 0))
    const [before, after] = [loud(out), loud([...out].reverse())]
    // A block of 10 ms is judged as a whole, so the bounds are that much wider.
    if (before > 30 * MS || after > 170 * MS) throw new Error(`${before / MS} ms before, ${after / MS} ms after`)
    const start = loud(pcm) - before
    return out.every((sample, i) => sample === pcm[start + i])
  }), { numRuns: 200 })
  t.end()
})

const ttsOf = (chunks: Int16Array[], log: string[] = []): Tts => ({
  async * synthesize ({ text }) {
    log.push(`asked ${text}`)
    try {
      yield * chunks
    } finally {
      log.push('closed')
    }
  }
})
const request = { text: 'Hello.', model: '', voice: '' }
const sine24k = (ms: number): Int16Array => Int16Array.from({ length: ms * 24 }, (_, i) => 10_000 * Math.sin(2 * Math.PI * 440 * i / 24_000))

test('a tone at 24 kHz comes out as the same tone in μ-law at 8 kHz, to its last sample', async (t) => {
  const log: string[] = []
  const pcm = sine24k(500)
  const chunks = [0, 5, 1000, 1001, 7000, pcm.length].map((from, i, cuts) => pcm.slice(from, cuts[i + 1] ?? from))
  const out: number[] = []
  for await (const mulaw of synthesizeMulaw(ttsOf(chunks, log), request, new AbortController().signal)) {
    t.ok(mulaw.length > 0)
    out.push(...decodeMulaw(mulaw))
  }
  t.equal(out.length, 4000)
  const expected = out.map((_, i) => 10_000 * Math.sin(2 * Math.PI * 440 * i / 8000))
  const error = rms(Int16Array.from(out, (sample, i) => sample - expected[i]!), 40, 3960)
  t.ok(error < 400, `error of ${error.toFixed(0)} beside 7071, which is μ-law's own`)
  t.same(log, ['asked Hello.', 'closed'])
})

test('whoever stops listening closes the synthesiser, and a failure comes through', async (t) => {
  const log: string[] = []
  const audio = synthesizeMulaw(ttsOf([sine24k(100), sine24k(100)], log), request, new AbortController().signal)
  t.notOk((await audio.next()).done)
  await audio.return(undefined)
  t.same(log, ['asked Hello.', 'closed'])
  const failing: Tts = {
    async * synthesize () {
      yield sine24k(100)
      throw new Error('cut')
    }
  }
  const read = async () => { for await (const mulaw of synthesizeMulaw(failing, request, new AbortController().signal)) t.ok(mulaw.length > 0) }
  await t.rejects(read(), { message: 'cut' })
})

test('a synthesiser that gives only silence gives no audio at all', async (t) => {
  for await (const mulaw of synthesizeMulaw(ttsOf([new Int16Array(24_000), new Int16Array(24_000)]), request, new AbortController().signal)) t.fail(`${mulaw.length} bytes`)
  t.pass('nothing')
})
