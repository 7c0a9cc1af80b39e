import { join } from 'node:path'
import type { OfflineRecognizer, OfflineTts } from 'sherpa-onnx-node'
import { EarshotError } from '../errors.ts'

/** What the recogniser takes. */
export const RECOGNISER_RATE_HZ = 16_000

/** One request is fast on one thread, and several run side by side: more threads a request would only compete. */
const NUM_THREADS = 1

/** Loads the recogniser, about 0.3 s. The files must be whole: a corrupt one ends the process. */
export async function loadRecogniser (modelsDir: string): Promise<OfflineRecognizer> {
  const { OfflineRecognizer } = await loadSherpa()
  const file = (name: string) => join(modelsDir, 'moonshine-tiny-en-1', name)
  return await OfflineRecognizer.createAsync({
    featConfig: { sampleRate: RECOGNISER_RATE_HZ, featureDim: 80 },
    modelConfig: { moonshine: { encoder: file('encoder.ort'), mergedDecoder: file('decoder.ort') }, tokens: file('tokens.txt'), numThreads: NUM_THREADS, provider: 'cpu' },
    decodingMethod: 'greedy_search'
  })
}

/** Loads the voice, about 0.8 s. The files must be whole, as above. */
export async function loadVoice (modelsDir: string): Promise<OfflineTts> {
  const { OfflineTts } = await loadSherpa()
  const file = (name: string) => join(modelsDir, 'piper-en-us-joe-1', name)
  return await OfflineTts.createAsync({
    model: {
      // The three scales are those of the voice's own JSON.
      vits: { model: file('voice.onnx'), tokens: file('tokens.txt'), dataDir: join(modelsDir, 'espeak-ng-data-en-1'), noiseScale: 0.667, noiseScaleW: 0.8, lengthScale: 1 },
      numThreads: NUM_THREADS,
      provider: 'cpu'
    },
    maxNumSentences: 1
  })
}

/** An optional dependency: npm leaves it out where there is no build for the platform. */
async function loadSherpa () {
  try {
    return (await import('sherpa-onnx-node')).default
  } catch (error) {
    throw new EarshotError('internal', [
      `The local speech server needs the package sherpa-onnx-node, which cannot be loaded on ${process.platform} ${process.arch}.`,
      'Install it with: npm install --include=optional. Or set OPENAI_API_KEY, or STT_BASE_URL, LLM_BASE_URL and TTS_BASE_URL, to use other servers.'
    ].join(' '), { cause: error })
  }
}
