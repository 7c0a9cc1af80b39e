import type { OfflineTts } from 'sherpa-onnx-node'
import { Resampler } from '../audio/resample.ts'
import { TTS_SAMPLE_RATE_HZ } from '../tts/tts.ts'
import { speechPieces } from './speech-pieces.ts'
import { levelled } from './voice-level.ts'
import { WorkQueue } from './work-queue.ts'

/** What is sent for a text with nothing to say: an answer without any audio would be taken for a failure. */
const NOTHING = new Int16Array(TTS_SAMPLE_RATE_HZ / 10)

/** English text to speech. */
export class Synthesiser {
  readonly #engine: OfflineTts
  readonly #queue = new WorkQueue()

  constructor (engine: OfflineTts) {
    this.#engine = engine
  }

  /**
   * Speaks piece by piece. An aborted request ends with the piece at hand, which the engine cannot stop.
   * @param speed 1 for the voice's own
   * @returns PCM16, mono, at TTS_SAMPLE_RATE_HZ
   */
  async * speak (text: string, speed: number, signal: AbortSignal): AsyncGenerator<Int16Array> {
    const resampler = new Resampler(this.#engine.sampleRate, TTS_SAMPLE_RATE_HZ)
    let silent = true
    for (const piece of speechPieces(text)) {
      const samples = await this.#queue.run(async () => await this.#generate(piece, speed, signal), signal)
      signal.throwIfAborted()
      const pcm = resampler.push(levelled(samples, this.#engine.sampleRate, /[.!?…]\W*$/.test(piece)))
      silent &&= pcm.length === 0
      yield pcm
    }
    yield silent ? NOTHING : resampler.flush()
  }

  async #generate (text: string, speed: number, signal: AbortSignal): Promise<Float32Array> {
    const { samples } = await this.#engine.generateAsync({ text, sid: 0, speed, enableExternalBuffer: true, onProgress: () => signal.aborted ? 0 : 1 })
    return samples
  }
}
