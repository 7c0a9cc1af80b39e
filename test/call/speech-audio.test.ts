import { test } from 'tap'
import fc from 'fast-check'
import { SpeechAudio } from '../../src/call/speech-audio.ts'

const bytes = (length: number, seed = 0): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31 + seed) % 251)

test('property: what is read at any offset is what was appended there, however it came in chunks', (t) => {
  const chunk = fc.uint8Array({ minLength: 0, maxLength: 50 })
  const reads = fc.array(fc.tuple(fc.integer({ min: -5, max: 700 }), fc.integer({ min: 0, max: 120 })), { maxLength: 30 })
  fc.assert(fc.property(fc.array(chunk, { maxLength: 20 }), reads, (chunks, reads) => {
    const speech = new SpeechAudio()
    const all: number[] = []
    for (const part of chunks) {
      speech.append(part)
      all.push(...part)
      if (speech.length !== all.length) return false
    }
    return reads.every(([offset, maxBytes]) => {
      const expected = offset < 0 ? [] : all.slice(offset, offset + maxBytes)
      return JSON.stringify([...speech.read(offset, maxBytes)]) === JSON.stringify(expected)
    })
  }), { numRuns: 300 })
  t.end()
})

test('property: releasing keeps three seconds, and every offset stays what it was', (t) => {
  const sizes = fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 12 })
  fc.assert(fc.property(sizes, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 }), (sizes, shares) => {
    const speech = new SpeechAudio()
    const all: number[] = []
    for (const size of sizes) {
      const chunk = bytes(size, all.length)
      speech.append(chunk)
      for (const byte of chunk) all.push(byte)
    }
    const played = shares.map((share) => Math.floor(share * all.length)).sort((a, b) => a - b)
    return played.every((offset) => {
      speech.release(offset)
      const from = Math.max(0, offset - 24_000)
      if (speech.firstByte > from || speech.length !== all.length) return false
      const back = speech.read(from, 100)
      const rest = speech.read(offset, 100)
      const gone = speech.read(speech.firstByte - 1, 10)
      return gone.length === 0 && back.every((byte, i) => byte === all[from + i]) && rest.every((byte, i) => byte === all[offset + i]) && rest.length === Math.min(100, all.length - offset)
    })
  }), { numRuns: 100 })
  t.end()
})

test('memory is let go of', (t) => {
  const speech = new SpeechAudio()
  for (let i = 0; i < 100; i++) speech.append(bytes(8000))
  speech.release(800_000)
  t.equal(speech.firstByte, 800_000 - 24_000)
  t.end()
})

test('tells of every append and once of the end, after which nothing is added', (t) => {
  const speech = new SpeechAudio()
  const told: Array<[number, boolean]> = []
  speech.onChange = () => told.push([speech.length, speech.ended])
  speech.append(bytes(10))
  speech.append(bytes(0))
  speech.append(bytes(5))
  speech.end()
  speech.end()
  speech.append(bytes(5))
  t.same(told, [[10, false], [15, false], [15, true]])
  t.equal(speech.read(0, 100).length, 15)
  t.end()
})

test('whoever fills it waits until enough has been read, or until it ends', async (t) => {
  const speech = new SpeechAudio()
  speech.append(bytes(1000))
  await speech.whenAheadBelow(1001)
  const passed: string[] = []
  const waiting = [500, 200].map(async (limit) => { await speech.whenAheadBelow(limit); passed.push(`${limit}`) })
  const settled = async () => { for (let i = 0; i < 5; i++) await Promise.resolve() }
  speech.read(0, 500)
  await settled()
  t.same(passed, [], '500 lie unread, which is not below 500')
  speech.read(500, 1)
  await settled()
  t.same(passed, ['500'])
  speech.read(0, 10)
  await settled()
  t.same(passed, ['500'], 'reading again what was read does not count')
  speech.end()
  await Promise.all(waiting)
  t.same(passed, ['500', '200'])
})
