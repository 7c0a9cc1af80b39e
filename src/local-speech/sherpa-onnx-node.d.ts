/** The part of sherpa-onnx-node (1.13.8, without types of its own) that the local speech server uses. */
declare module 'sherpa-onnx-node' {
  interface Waveform { samples: Float32Array, sampleRate: number }

  interface OfflineStream { acceptWaveform (waveform: Waveform): void }

  interface OfflineRecognizer {
    createStream (): OfflineStream
    decodeAsync (stream: OfflineStream): Promise<{ text: string }>
  }

  interface OfflineTts {
    readonly sampleRate: number
    generateAsync (request: {
      text: string
      sid: number
      speed: number
      enableExternalBuffer: boolean
      /** Called after each sentence; 0 stops. */
      onProgress?: (progress: { samples: Float32Array }) => 0 | 1
    }): Promise<Waveform>
  }

  const sherpa: {
    OfflineRecognizer: {
      createAsync (config: {
        featConfig: { sampleRate: number, featureDim: number }
        modelConfig: {
          moonshine: { encoder: string, mergedDecoder: string }
          tokens: string
          numThreads: number
          provider: 'cpu'
        }
        decodingMethod: 'greedy_search'
      }): Promise<OfflineRecognizer>
    }
    OfflineTts: {
      createAsync (config: {
        model: {
          vits: { model: string, tokens: string, dataDir: string, noiseScale: number, noiseScaleW: number, lengthScale: number }
          numThreads: number
          provider: 'cpu'
        }
        maxNumSentences: number
      }): Promise<OfflineTts>
    }
  }
  export default sherpa
  export type { OfflineRecognizer, OfflineTts }
}
