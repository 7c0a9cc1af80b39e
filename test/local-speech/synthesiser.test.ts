import type { OfflineTts } from 'sherpa-onnx-node'
import { test } from 'tap'
import { Synthesiser } from '../../src/local-speech/synthesiser.ts'

/** A voice that sounds for a tenth of a second a character and notes what it was asked for. */
function voice () {
  const spoken: Array<{ text: string, speed: number }> = []
  const engine: OfflineTts = {
    sampleRate: 22_050,
    generateAsync: async ({ text, speed, onProgress }) => {
      spoken.push({ text, speed })
      const samples = Float32Array.from({ length: 2205 * text.length }, (_, i) => 0.1 * Math.sin(i / 7))
      onProgress?.({ samples })
      return { samples, sampleRate: 22_050 }
    }
  }
  return { engine, spoken }
}

const TEXT = 'Thanks for calling us. How can I help you today?'

test('speaks piece by piece, at 24 kHz', async (t) => {
  const { engine, spoken } = voice()
  const lengths: number[] = []
  for await (const pcm of new Synthesiser(engine).speak(TEXT, 1.5, new AbortController().signal)) lengths.push(pcm.length)
  t.same(spoken, [{ text: 'Thanks for calling us.', speed: 1.5 }, { text: 'How can I help you today?', speed: 1.5 }])
  const seconds = lengths.reduce((sum, length) => sum + length) / 24_000
  t.ok(Math.abs(seconds - 0.1 * (TEXT.length - 1)) < 0.1, `${seconds} s`)
})

test('the first piece can be heard before the second is made', async (t) => {
  const { engine, spoken } = voice()
  const speech = new Synthesiser(engine).speak(TEXT, 1, new AbortController().signal)
  t.ok((await speech.next()).value?.length)
  t.equal(spoken.length, 1)
  await speech.return(undefined)
  t.equal(spoken.length, 1)
})

test('an aborted request makes no further piece', async (t) => {
  const { engine, spoken } = voice()
  const controller = new AbortController()
  const speech = new Synthesiser(engine).speak(TEXT, 1, controller.signal)
  await speech.next()
  controller.abort(new Error('hung up'))
  await t.rejects(speech.next(), { message: 'hung up' })
  t.equal(spoken.length, 1)
})

test('a text with nothing to say becomes a moment of silence', async (t) => {
  const { engine, spoken } = voice()
  const chunks: Int16Array[] = []
  for await (const pcm of new Synthesiser(engine).speak('…', 1, new AbortController().signal)) chunks.push(pcm)
  t.same(chunks, [new Int16Array(2400)])
  t.equal(spoken.length, 0)
})
