import { test } from 'tap'
import { moonshineTokens, piperTokens, withPiperMetadata, withoutLengthLimit } from '../../src/local-speech/model-files.ts'

test('the vocabulary: one token a line with its id, also those of more than 127 bytes', (t) => {
  const long = Buffer.alloc(300, 'x')
  const tokenizer = Buffer.concat([
    Buffer.from([5]), Buffer.from('<unk>'),
    Buffer.from([1, 0x0a]),
    Buffer.from([128 + 300 % 128, Math.floor(300 / 128)]), long,
    Buffer.from([3]), Buffer.from(' é')
  ])
  const lines = moonshineTokens(tokenizer).split('\n')
  t.same(lines.map((line) => Buffer.from(line.split(' ')[0] ?? '', 'base64').toString()), ['<unk>', '\n', long.toString(), ' é', ''])
  t.same(lines.slice(0, 4).map((line) => line.split(' ')[1]), ['0', '1', '2', '3'])
  t.end()
})

test('the decoder\'s two strides of 384 become 1, and a decoder without them is refused', (t) => {
  const stride = Buffer.from([8, 0, 0, 0, 0x80, 1, 0, 0, 0, 0, 0, 0])
  const other = Buffer.from([4, 0, 0, 0, 0x80, 1, 0, 0, 0, 0, 0, 0])
  const decoder = Buffer.concat([other, stride, other, stride])
  const changed = Buffer.from(withoutLengthLimit(decoder))
  t.equal(changed.readBigInt64LE(12 + 4), 1n)
  t.equal(changed.readBigInt64LE(36 + 4), 1n)
  t.same(changed.subarray(0, 12), other)
  t.same(changed.subarray(24, 36), other)
  t.equal(decoder.readBigInt64LE(16), 384n, 'the original is left as it is')
  t.throws(() => withoutLengthLimit(stride), { message: /1 strides .* 2 are expected/ })
  t.throws(() => withoutLengthLimit(new Uint8Array(0)), { code: 'internal' })
  t.end()
})

const config = { audio: { sample_rate: 22050 }, espeak: { voice: 'en-us' }, num_speakers: 1, phoneme_id_map: { _: [0], ' ': [3], ə: [59, 60] } }

test('a voice\'s symbols, the space too', (t) => {
  t.equal(piperTokens(config), '_ 0\n  3\nə 59\n')
  t.end()
})

test('the metadata is appended as ONNX\'s metadata_props', (t) => {
  const model = Buffer.from('model')
  const made = Buffer.from(withPiperMetadata(model, config))
  t.same(made.subarray(0, 5), model)
  const entries: Record<string, string> = {}
  for (let at = 5; at < made.length;) {
    t.equal(made[at], 14 * 8 + 2, 'field 14, with a length')
    const end = at + 2 + made[at + 1]!
    const keyEnd = at + 4 + made[at + 3]!
    t.same([made[at + 2], made[keyEnd]], [1 * 8 + 2, 2 * 8 + 2], 'key and value')
    entries[made.toString('utf8', at + 4, keyEnd)] = made.toString('utf8', keyEnd + 2, end)
    t.equal(keyEnd + 2 + made[keyEnd + 1]!, end)
    at = end
  }
  t.same(entries, { model_type: 'vits', comment: 'piper', language: 'English', voice: 'en-us', has_espeak: '1', n_speakers: '1', sample_rate: '22050' })
  t.end()
})
