import type { OfflineRecognizer, OfflineTts } from 'sherpa-onnx-node'
import type { Test } from 'tap'
import { buildSpeechApp } from '../../src/local-speech/app.ts'
import { Recogniser } from '../../src/local-speech/recogniser.ts'
import { Synthesiser } from '../../src/local-speech/synthesiser.ts'

/** The local speech server's routes over engines that hear `words` in everything, and speak a tone of 10 ms a character. */
export async function buildTestSpeechApp (t: Test, words = 'Hello.') {
  /** Seconds of audio that the recogniser was given. */
  const heard: number[] = []
  const spoken: string[] = []
  const recognizer: OfflineRecognizer = {
    createStream: () => ({ acceptWaveform: ({ samples, sampleRate }) => { heard.push(samples.length / sampleRate) } }),
    decodeAsync: async () => ({ text: words })
  }
  const voice: OfflineTts = {
    sampleRate: 22_050,
    generateAsync: async ({ text }) => {
      spoken.push(text)
      return { samples: Float32Array.from({ length: 220 * text.length }, (_, i) => 0.1 * Math.sin(i / 7)), sampleRate: 22_050 }
    }
  }
  const app = await buildSpeechApp({ recogniser: new Recogniser(recognizer), synthesiser: new Synthesiser(voice) })
  t.teardown(() => app.close())
  return { app, heard, spoken }
}
