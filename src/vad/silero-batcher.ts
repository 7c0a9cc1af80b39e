import { BATCH_CHUNKS, type ChunkBatch } from './chunk-batch.ts'
import { CONTEXT_SAMPLES, STATE_SIZE, type SileroModel } from './silero-model.ts'
import { CHUNK_SAMPLES } from './vad.ts'

/** What the model remembers of one stream. */
interface Memory {
  layers: [Float32Array, Float32Array]
  context: Float32Array
  /** The last inference this stream had a chunk in. */
  round: number
}

/** Runs the chunks of all streams through the model: one inference for every stream that has a chunk. */
export class SileroBatcher {
  readonly #model: Pick<SileroModel, 'buffers' | 'run'>
  readonly #memories = new Map<number, Memory>()
  readonly #waiting = new Int32Array(BATCH_CHUNKS)
  readonly #rows = new Int32Array(BATCH_CHUNKS)
  readonly #closed: number[] = []
  #round = 0
  #running = false

  constructor (model: Pick<SileroModel, 'buffers' | 'run'>) {
    this.#model = model
  }

  /** Writes the batch's probabilities. A stream is known from its first chunk on. One call at a time. */
  async infer (batch: ChunkBatch): Promise<void> {
    this.#running = true
    try {
      await this.#inferAll(batch)
    } finally {
      this.#running = false
      for (const streamId of this.#closed.splice(0)) this.close(streamId)
    }
  }

  /** Forgets a stream: at once, or after the batch that is under way. */
  close (streamId: number): void {
    if (this.#running) this.#closed.push(streamId)
    else this.#memories.delete(streamId)
  }

  /** One round for the first chunk of every stream, one more for the second, and so on. */
  async #inferAll (batch: ChunkBatch): Promise<void> {
    let waiting = batch.count
    for (let i = 0; i < waiting; i++) this.#waiting[i] = i
    while (waiting > 0) {
      this.#round++
      let rows = 0
      let left = 0
      for (let i = 0; i < waiting; i++) {
        const index = this.#waiting[i]!
        const memory = this.#memory(batch.streamIds[index]!)
        if (memory.round === this.#round) {
          this.#waiting[left++] = index
          continue
        }
        memory.round = this.#round
        this.#rows[rows++] = index
      }
      await this.#inferRows(batch, rows)
      waiting = left
    }
  }

  async #inferRows (batch: ChunkBatch, rows: number): Promise<void> {
    const { input, state, probability, nextState } = this.#model.buffers(rows)
    for (let row = 0; row < rows; row++) {
      const { context, layers } = this.#memory(batch.streamIds[this.#rows[row]!]!)
      const to = row * (CONTEXT_SAMPLES + CHUNK_SAMPLES)
      const from = this.#rows[row]! * CHUNK_SAMPLES
      input.set(context, to)
      for (let i = 0; i < CHUNK_SAMPLES; i++) input[to + CONTEXT_SAMPLES + i] = batch.samples[from + i]! / 32768
      state.set(layers[0], row * STATE_SIZE)
      state.set(layers[1], (rows + row) * STATE_SIZE)
    }
    await this.#model.run(rows)
    for (let row = 0; row < rows; row++) {
      const memory = this.#memory(batch.streamIds[this.#rows[row]!]!)
      copy(input, (row + 1) * (CONTEXT_SAMPLES + CHUNK_SAMPLES) - CONTEXT_SAMPLES, memory.context)
      copy(nextState, row * STATE_SIZE, memory.layers[0])
      copy(nextState, (rows + row) * STATE_SIZE, memory.layers[1])
      batch.probabilities[this.#rows[row]!] = probability[row]!
    }
  }

  #memory (streamId: number): Memory {
    let memory = this.#memories.get(streamId)
    if (memory === undefined) {
      const layers: Memory['layers'] = [new Float32Array(STATE_SIZE), new Float32Array(STATE_SIZE)]
      memory = { layers, context: new Float32Array(CONTEXT_SAMPLES), round: 0 }
      this.#memories.set(streamId, memory)
    }
    return memory
  }
}

/** Without the view that `set(subarray())` would make for every row. */
function copy (source: Float32Array, from: number, target: Float32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = source[from + i]!
}
