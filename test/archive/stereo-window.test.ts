import fc from 'fast-check'
import { test } from 'tap'
import { StereoWindow, type Side } from '../../src/archive/stereo-window.ts'

test('audio lies where it was put, silence in between, however it comes within two and a half seconds', (t) => {
  const put = fc.record({ side: fc.constantFrom<Side>('caller', 'agent'), ahead: fc.integer({ min: -16_000, max: 60_000 }), length: fc.integer({ min: 0, max: 400 }), byte: fc.integer({ min: 0, max: 254 }) })
  fc.assert(fc.property(fc.array(put, { maxLength: 30 }), (puts) => {
    const out: number[] = []
    const window = new StereoWindow((mulaw) => out.push(...mulaw))
    const expected: number[] = []
    let end = 0
    for (const { side, ahead, length, byte } of puts) {
      const at = Math.max(0, end + ahead)
      window.put(side, at, new Uint8Array(length).fill(byte))
      for (let i = at; i < at + length; i++) expected[2 * i + (side === 'caller' ? 0 : 1)] = byte
      end = Math.max(end, at + length)
    }
    window.finish(end)
    return out.length === 2 * end && out.every((byte, i) => byte === (expected[i] ?? 0xff))
  }))
  t.end()
})

test('what comes too late is left out, and its end that is not is kept', (t) => {
  const out: number[] = []
  const window = new StereoWindow((mulaw) => out.push(...mulaw))
  window.put('caller', 100_000, new Uint8Array(1).fill(1))
  const base = out.length / 2
  window.put('agent', base - 10, new Uint8Array(20).fill(2))
  window.finish(100_001)
  t.equal(out.length, 200_002)
  t.equal(out.filter((byte) => byte === 2).length, 10)
  t.end()
})
