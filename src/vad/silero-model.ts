import { readFile } from 'node:fs/promises'
import './no-telemetry.ts'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { CHUNK_SAMPLES } from './vad.ts'

/** Samples of the previous chunk that the model wants before each chunk at 8 kHz; without them it hears nothing (measured: 10 % of speech found). */
export const CONTEXT_SAMPLES = 32
/** The recurrent state of one stream is two layers of this length. */
export const STATE_SIZE = 128
const INPUT_SAMPLES = CONTEXT_SAMPLES + CHUNK_SAMPLES

/**
 * Silero VAD v5, its arithmetic put in order for batches at 8 kHz by scripts/silero_8k.py. On whole pieces of hold music it took at most 96 ms in a row
 * for speech, where the weights before it took 480 ms, more than a caller needs to interrupt the agent.
 */
const MODEL_FILE = new URL('./silero-8k.onnx', import.meta.url)

/** What goes in and comes out for one batch size, allocated once and used for every run. Row b belongs to the b-th stream. */
export interface SileroBuffers {
  /** [batch, context + chunk], samples from −1 to 1. */
  input: Float32Array
  /** [2, batch, 128]. */
  state: Float32Array
  /** [batch, 1]. */
  probability: Float32Array
  /** [2, batch, 128]. */
  nextState: Float32Array
}

type Run = { buffers: SileroBuffers, feeds: InferenceSession.OnnxValueMapType, fetches: InferenceSession.OnnxValueMapType }

/** The weights and an inference session of one thread: more threads make batches this small slower. */
export class SileroModel {
  readonly #session: InferenceSession
  readonly #runs = new Map<number, Run>()

  private constructor (session: InferenceSession) {
    this.#session = session
  }

  static async load (): Promise<SileroModel> {
    return new SileroModel(await InferenceSession.create(await readFile(MODEL_FILE), { intraOpNumThreads: 1, interOpNumThreads: 1 }))
  }

  /** The buffers to fill before a run of this batch size, and to read after it. */
  buffers (batch: number): SileroBuffers {
    return this.#run(batch).buffers
  }

  /** One inference. Only one may be under way. */
  async run (batch: number): Promise<void> {
    const { feeds, fetches } = this.#run(batch)
    await this.#session.run(feeds, fetches)
  }

  #run (batch: number): Run {
    const known = this.#runs.get(batch)
    if (known !== undefined) return known
    const buffers = {
      input: new Float32Array(batch * INPUT_SAMPLES),
      state: new Float32Array(2 * batch * STATE_SIZE),
      probability: new Float32Array(batch),
      nextState: new Float32Array(2 * batch * STATE_SIZE)
    }
    const run = {
      buffers,
      feeds: {
        input: new Tensor('float32', buffers.input, [batch, INPUT_SAMPLES]),
        state: new Tensor('float32', buffers.state, [2, batch, STATE_SIZE])
      },
      fetches: {
        output: new Tensor('float32', buffers.probability, [batch, 1]),
        stateN: new Tensor('float32', buffers.nextState, [2, batch, STATE_SIZE])
      }
    }
    this.#runs.set(batch, run)
    return run
  }
}
