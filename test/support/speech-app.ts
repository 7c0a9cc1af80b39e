import type { OfflineRecognizer, OfflineTts } from 'sherpa-onnx-node'
import type { Test } from 'tap'
import { buildSpeechApp } from '../../src/local-speech/app.ts'

interface TestEngines {
  /** What the stand-in hears in everything. */
  words?: string
  /** The real recogniser instead. */
  recogniser?: OfflineRecognizer
  whileSpeaking?: (text: string) => Promise<unknown>
}

/** The local speech server's routes over engines that stand in: the voice is a tone of 10 ms a character. */
export async function buildTestSpeechApp (t: Test, { words = 'Hello.', recogniser, whileSpeaking = async () => {} }: TestEngines = {}) {
  /** Seconds of audio that the recogniser was given. */
  const heard: number[] = []
  const spoken: string[] = []
  const standIn: OfflineRecognizer = {
    createStream: () => ({ acceptWaveform: ({ samples, sampleRate }) => { heard.push(samples.length / sampleRate) } }),
    decodeAsync: async () => ({ text: words })
  }
  const voice: OfflineTts = {
    sampleRate: 22_050,
    generateAsync: async ({ text }) => {
      spoken.push(text)
      await whileSpeaking(text)
      return { samples: Float32Array.from({ length: 220 * text.length }, (_, i) => 0.1 * Math.sin(i / 7)), sampleRate: 22_050 }
    }
  }
  const app = await buildSpeechApp(recogniser ?? standIn, voice)
  t.teardown(() => app.close())
  return { app, heard, spoken }
}
