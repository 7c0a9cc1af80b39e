import { test } from 'tap'
import { CONTEXT_SAMPLES, SileroModel } from '../../src/vad/silero-model.ts'
import { CHUNK_SAMPLES } from '../../src/vad/vad.ts'
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
