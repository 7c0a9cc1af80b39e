import type { OfflineRecognizer } from 'sherpa-onnx-node'
import { test } from 'tap'
import { Recogniser, isInvention, segmentsOf } from '../../src/local-speech/recogniser.ts'

const RATE_HZ = 16_000
const { signal } = new AbortController()

/** Loud enough to be looked at. */
const tone = (seconds: number) => Int16Array.from({ length: seconds * RATE_HZ }, (_, i) => Math.round(3000 * Math.sin(i / 5)))

/** An engine that answers each stretch with the next text and keeps how long it was, in seconds. */
function engineSaying (...texts: string[]) {
  const heard: number[] = []
  const engine: OfflineRecognizer = {
    createStream: () => ({ acceptWaveform: ({ samples, sampleRate }) => { heard.push(samples.length / sampleRate) } }),
    decodeAsync: async () => ({ text: texts[heard.length - 1] ?? '' })
  }
  return { engine, heard }
}

test('a recording that is too long for the model is cut where it is quietest, and nothing of it is lost', async (t) => {
  const pcm = tone(50)
  pcm.fill(0, 24 * RATE_HZ, 25 * RATE_HZ)
  const segments = segmentsOf(pcm)
  t.equal(segments.length, 2)
  const cutS = segments[0]!.length / RATE_HZ
  t.ok(cutS > 24 && cutS < 25, `cut at ${cutS} s`)
  t.equal(Buffer.compare(Buffer.concat(segments.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength))), Buffer.from(pcm.buffer)), 0)
  t.ok(segmentsOf(tone(200)).every(({ length }) => length <= 28 * RATE_HZ))
  t.same(segmentsOf(new Int16Array(0)), [])

  const { engine, heard } = engineSaying(' First half. ', 'Second half.')
  t.equal(await new Recogniser(engine).transcribe(pcm, signal), 'First half. Second half.')
  t.equal(heard.reduce((sum, seconds) => sum + seconds), 50)
})

test('silence is not even looked at, and what is made up is left out', async (t) => {
  const { engine, heard } = engineSaying('You')
  const recogniser = new Recogniser(engine)
  t.equal(await recogniser.transcribe(new Int16Array(RATE_HZ), signal), '')
  t.equal(heard.length, 0)
  t.equal(await recogniser.transcribe(tone(1), signal), '')
  t.equal(heard.length, 1)
  await t.rejects(recogniser.transcribe(tone(1), AbortSignal.abort(new Error('hung up'))), { message: 'hung up' })
})

test('knows the model\'s inventions from what people say', (t) => {
  for (const text of ['', '.', 'You', 'you.', 'You can use the same as the same as the same as the same as the same as the same',
    'The first thing I\'ve ever seen is the first thing I\'ve ever seen. The first thing I\'ve ever seen is the first thing I\'ve ever seen. The first thing I\'ve ever seen is the first thing I\'ve ever seen.',
    'the the the the the the the the the']) t.equal(isInvention(text), true, text)
  for (const text of ['You too.', 'Yes.', 'No, no, no, no.', 'Zero zero zero zero zero zero.', 'Four two, four two, four two.',
    'I said no thank you. I said no thank you.', 'You know, you and I.']) t.equal(isInvention(text), false, text)
  t.end()
})
