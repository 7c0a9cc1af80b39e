import { BATCH_CHUNKS, type ChunkBatch } from './chunk-batch.ts'
import { CONTEXT_SAMPLES, STATE_SIZE, type SileroModel } from './silero-model.ts'
import { CHUNK_MS, CHUNK_SAMPLES } from './vad.ts'

/** What the model remembers of one stream. */
interface Memory {
  layers: [Float32Array, Float32Array]
  context: Float32Array
  probability: number
  /** Mean square of the line's noise: the quietest chunk of late. */
  floor: number
  /** Chunks in a row up to now that do not stand out of it. */
  quietChunks: number
  /** The last inference this stream had a chunk in. */
  round: number
}

/**
 * A line on which nobody speaks is most of a call: its noise is skipped once the model has heard half a second of it and come to rest. From then
 * on its state, kept, is that of quiet. So a hole of lost packets inside a word changes nothing.
 * Measured with 852 onsets in the recorded callers, in flat, room and brown noise of −75 to −48 dBFS and after 3 s of it: 805 were heard in the same chunk
 * as without skipping, 15 later and 32 earlier.
 */
const REST_CHUNKS = 16
const REST_PROBABILITY = 0.1
/** −45 dBFS: noise louder than this is listened to, since a voice may be hidden in it. */
const LOUDEST_QUIET = (32768 * 10 ** (-45 / 20)) ** 2
/** Noise varies from chunk to chunk by a decibel or two; 6 dB over its floor is something else. */
const OVER_FLOOR = 10 ** (6 / 10)
/** The floor follows noise that grows at 1 dB a second. */
const FLOOR_RISE = 10 ** (CHUNK_MS / 1000 / 10)
/** Under −60 dBFS nothing is told apart: a muted line sends μ-law's zero or idles around it. */
const LOWEST_FLOOR = (32768 * 10 ** (-66 / 20)) ** 2

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
        if (isAtRest(memory, meanSquare(batch.samples, index * CHUNK_SAMPLES))) batch.probabilities[index] = 0
        else this.#rows[rows++] = index
      }
      if (rows > 0) await this.#inferRows(batch, rows)
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
      memory.probability = probability[row]!
      batch.probabilities[this.#rows[row]!] = memory.probability
    }
  }

  #memory (streamId: number): Memory {
    let memory = this.#memories.get(streamId)
    if (memory === undefined) {
      const layers: Memory['layers'] = [new Float32Array(STATE_SIZE), new Float32Array(STATE_SIZE)]
      memory = { layers, context: new Float32Array(CONTEXT_SAMPLES), probability: 0, floor: LOUDEST_QUIET, quietChunks: 0, round: 0 }
      this.#memories.set(streamId, memory)
    }
    return memory
  }
}

/** Takes the level of the stream's next chunk, and tells whether it is one more of a quiet that the model knows. */
function isAtRest (memory: Memory, level: number): boolean {
  memory.floor = Math.max(LOWEST_FLOOR, Math.min(level, memory.floor * FLOOR_RISE, LOUDEST_QUIET))
  memory.quietChunks = level <= Math.min(memory.floor * OVER_FLOOR, LOUDEST_QUIET) ? memory.quietChunks + 1 : 0
  return memory.quietChunks > REST_CHUNKS && memory.probability < REST_PROBABILITY
}

function meanSquare (samples: Int16Array, from: number): number {
  let sum = 0
  for (let i = from; i < from + CHUNK_SAMPLES; i++) sum += samples[i]! * samples[i]!
  return sum / CHUNK_SAMPLES
}

/** Without the view that `set(subarray())` would make for every row. */
function copy (source: Float32Array, from: number, target: Float32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = source[from + i]!
}
