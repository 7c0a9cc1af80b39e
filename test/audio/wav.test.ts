import { test } from 'tap'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { decodeWav, encodeWav, mulawHeader } from '../../src/audio/wav.ts'

const pcm = Int16Array.of(0, 1, -1, 32767, -32768, 256)
const text = (bytes: Uint8Array, at: number): string => Buffer.from(bytes.subarray(at, at + 4)).toString('latin1')

test('what is written can be read', (t) => {
  fc.assert(fc.property(fc.int16Array(), fc.constantFrom(8000, 16000, 22050, 24000), fc.constantFrom(1, 2), (samples, sampleRateHz, channels) => {
    assert.deepEqual(decodeWav(encodeWav(samples, { sampleRateHz, channels })), { pcm: samples, sampleRateHz, channels })
  }), { numRuns: 50 })
  t.end()
})

test('the header as players expect it', (t) => {
  const wav = encodeWav(pcm, { sampleRateHz: 8000, channels: 2 })
  const view = new DataView(wav.buffer)
  t.same([text(wav, 0), text(wav, 8), text(wav, 12), text(wav, 36)], ['RIFF', 'WAVE', 'fmt ', 'data'])
  t.equal(view.getUint32(4, true), wav.length - 8)
  t.equal(view.getUint32(28, true), 32000, 'bytes a second')
  t.equal(view.getUint16(32, true), 4, 'bytes a frame')
  t.equal(view.getUint32(40, true), 12)
  t.end()
})

test('chunks before the data, an odd one with its padding, are skipped; an unaligned view is read', (t) => {
  const plain = encodeWav(pcm, { sampleRateHz: 16000, channels: 1 })
  const list = Buffer.from('LIST\x03\x00\x00\x00abc\x00', 'latin1')
  const bytes = Buffer.concat([Buffer.alloc(1), plain.subarray(0, 36), list, plain.subarray(36)]).subarray(1)
  t.same(decodeWav(bytes), { pcm, sampleRateHz: 16000, channels: 1 })
  t.end()
})

test('a streamed file, whose header does not know its length, ends where the bytes end', (t) => {
  const wav = encodeWav(pcm, { sampleRateHz: 24000, channels: 1 })
  new DataView(wav.buffer).setUint32(4, 0xffffffff, true)
  new DataView(wav.buffer).setUint32(40, 0xffffffff, true)
  t.same(decodeWav(wav).pcm, pcm)
  t.same(decodeWav(wav.subarray(0, wav.length - 1)).pcm, pcm.subarray(0, 5), 'half a sample is left out')
  t.end()
})

test('an extensible header is read', (t) => {
  const plain = encodeWav(pcm, { sampleRateHz: 8000, channels: 1 })
  const format = Buffer.alloc(48)
  format.set(plain.subarray(12, 36))
  format.writeUInt32LE(40, 4)
  format.writeUInt16LE(0xfffe, 8)
  format.writeUInt16LE(1, 32)
  t.same(decodeWav(Buffer.concat([plain.subarray(0, 12), format, plain.subarray(36)])).pcm, pcm)
  t.end()
})

test('what is not 16-bit PCM is refused with the reason', (t) => {
  const broken = (change: (view: DataView, bytes: Uint8Array) => void): Uint8Array => {
    const wav = encodeWav(pcm, { sampleRateHz: 8000, channels: 1 })
    change(new DataView(wav.buffer), wav)
    return wav
  }
  const cases: Array<[Uint8Array, RegExp]> = [
    [new Uint8Array(0), /not a WAV file/],
    [broken((view) => view.setUint16(20, 7, true)), /format 7 with 16 bits/],
    [broken((view) => view.setUint16(34, 8, true)), /format 1 with 8 bits/],
    [broken((view) => view.setUint16(22, 0, true)), /channels is 0/],
    [broken((view) => view.setUint32(24, 0, true)), /sample rate is 0/],
    [broken((view) => view.setUint32(16, 8, true)), /fmt chunk is too short/],
    [broken((_, bytes) => { bytes[12] = 120 }), /fmt chunk is missing/],
    [broken((_, bytes) => { bytes[36] = 120 }), /data chunk is missing/]
  ]
  for (const [bytes, message] of cases) t.throws(() => decodeWav(bytes), { code: 'invalid', message })
  t.end()
})

test('no bytes at all can make it fail in another way', (t) => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, asWav) => {
    if (asWav) bytes.set(encodeWav(pcm, { sampleRateHz: 8000, channels: 1 }).subarray(0, Math.min(16, bytes.length)))
    try {
      decodeWav(bytes)
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'invalid')
    }
  }))
  t.end()
})

test('the header of a file of μ-law names the format, and no length while there is none', (t) => {
  const view = (bytes: Uint8Array) => Buffer.from(bytes)
  const open = view(mulawHeader({ sampleRateHz: 8000, channels: 2 }))
  t.same([open.length, open.readUInt16LE(20), open.readUInt16LE(22), open.readUInt32LE(24), open.readUInt32LE(28), open.readUInt16LE(32), open.readUInt16LE(34)], [58, 7, 2, 8000, 16_000, 2, 8])
  t.same([open.readUInt32LE(4), open.readUInt32LE(46), open.readUInt32LE(54)], [0xffffffff, 0xffffffff, 0xffffffff])
  const whole = view(mulawHeader({ sampleRateHz: 8000, channels: 2 }, 100))
  t.same([whole.readUInt32LE(4), whole.readUInt32LE(46), whole.readUInt32LE(54)], [150, 50, 100])
  t.end()
})
