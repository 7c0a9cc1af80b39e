import type { Worker } from 'node:worker_threads'
import { ChunkBatch } from './chunk-batch.ts'
import { Chunker } from './chunker.ts'
import { EnergyDetector } from './energy.ts'
import { ExitGuard } from './exit-guard.ts'
import './no-telemetry.ts'
import { Rest } from './rest.ts'
import type { FromSileroWorker, SileroWorkerData, ToSileroWorker } from './silero-worker.ts'
import { startThread } from './thread.ts'
import { CHUNK_MS, type Vad, type VadChunk, type VadStream } from './vad.ts'

/** Chunks of all calls are gathered this long: at most 200 messages a second each way, however many calls there are. */
const GATHER_MS = 5
/** More batches than this without an answer, about a second's at full load, and the worker counts as stuck. */
const MAX_UNANSWERED = 256
/** A failed worker is replaced at once, the next one after a second, then twice as long; one that lasted a minute clears the count. */
const RESTART_MS = 1000
const LONGEST_RESTART_MS = 60_000
/** What the process waits, when it ends in the middle of things, for the inference that is under way: hundreds of times its length. */
const EXIT_WAIT_MS = 500

const WORKER_FILE = new URL(import.meta.url.endsWith('.ts') ? './silero-worker.ts' : './silero-worker.js', import.meta.url)

/** One call's audio: what is known of it on this side of the thread. */
interface Stream {
  id: number
  onChunk: (chunk: VadChunk) => void
  endMs: number
  rest: Rest
  /** Chunks that are with the worker, or about to be. */
  away: number
}

/** The chunks of a batch as this side remembers them while their buffer is away. */
interface Chunks {
  streams: Stream[]
  meanSquares: number[]
  /** What the level alone says of each, in case the model never answers. */
  fallbacks: number[]
}

const noChunks = (): Chunks => ({ streams: [], meanSquares: [], fallbacks: [] })

/**
 * Silero in a worker thread, one for the process. While there is no worker, at the start or after a failure, the level of the
 * audio decides, chunk for chunk and in order, so that no call is ever without a detector.
 */
export class SileroVad implements Vad {
  /** Resolves when the model is loaded for the first time; also when that has failed, or the detector is closed. */
  readonly ready: Promise<void>
  #resolveReady = (): void => {}
  readonly #onFailure: (error: Error) => void
  readonly #workerFile: URL
  #worker: Worker | undefined
  #guard = new ExitGuard()
  #workerReady = false
  #startedAtMs = 0
  #failures = 0
  readonly #streams = new Set<Stream>()
  #lastId = 0
  #gathering = new ChunkBatch()
  #gathered = noChunks()
  /** Batches that are with the worker; it answers them in order. */
  readonly #sent: Chunks[] = []
  readonly #spareBuffers: ArrayBuffer[] = []
  #gatherTimer: NodeJS.Timeout | undefined
  #restartTimer: NodeJS.Timeout | undefined
  #closing: Promise<void> | undefined

  /**
   * @param onFailure told when the worker or a listener fails; the detector goes on
   * @param workerFile the thread's program, for tests of its failure
   */
  constructor ({ onFailure, workerFile = WORKER_FILE }: { onFailure: (error: Error) => void, workerFile?: URL }) {
    this.#onFailure = onFailure
    this.#workerFile = workerFile
    this.ready = new Promise((resolve) => { this.#resolveReady = resolve })
    process.once('exit', this.#onExit)
    this.#start()
  }

  open (onChunk: (chunk: VadChunk) => void): VadStream {
    const stream: Stream = { id: ++this.#lastId, onChunk, endMs: 0, rest: new Rest(), away: 0 }
    this.#streams.add(stream)
    const detector = new EnergyDetector()
    const chunker = new Chunker((chunk, meanSquare) => this.#add(stream, chunk, meanSquare, detector.detect(meanSquare)))
    return {
      push: (pcm) => { if (this.#streams.has(stream)) chunker.push(pcm) },
      close: () => this.#closeStream(stream)
    }
  }

  close (): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #add (stream: Stream, chunk: Int16Array, meanSquare: number, fallback: number): void {
    if (!this.#workerReady) return this.#deliver(stream, fallback, meanSquare)
    // What is skipped is known at once, and must not overtake what is not.
    if (stream.rest.skips(meanSquare) && stream.away === 0) return this.#deliver(stream, 0, meanSquare)
    stream.away++
    this.#gathering.add(stream.id, chunk)
    this.#gathered.streams.push(stream)
    this.#gathered.meanSquares.push(meanSquare)
    this.#gathered.fallbacks.push(fallback)
    if (this.#gathering.full) this.#send()
    else this.#gatherTimer ??= setTimeout(() => this.#send(), GATHER_MS)
  }

  #send (): void {
    clearTimeout(this.#gatherTimer)
    this.#gatherTimer = undefined
    if (this.#gathering.count === 0) return
    this.#sent.push(this.#gathered)
    this.#gathered = noChunks()
    const { buffer, count } = this.#gathering
    this.#gathering = new ChunkBatch(this.#spareBuffers.pop())
    this.#post({ type: 'batch', buffer, count }, [buffer])
    if (this.#sent.length > MAX_UNANSWERED) this.#fail(new Error(`the VAD worker left ${this.#sent.length} batches unanswered`))
  }

  #post (message: ToSileroWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker?.postMessage(message, transfer)
  }

  #deliverAll ({ streams, meanSquares }: Chunks, probabilities: ArrayLike<number>): void {
    for (const [i, stream] of streams.entries()) {
      stream.away--
      stream.rest.heard(probabilities[i]!)
      this.#deliver(stream, probabilities[i]!, meanSquares[i]!)
    }
  }

  #deliver (stream: Stream, probability: number, meanSquare: number): void {
    if (!this.#streams.has(stream)) return
    stream.endMs += CHUNK_MS
    try {
      stream.onChunk({ probability, endMs: stream.endMs, meanSquare })
    } catch (error) {
      // One call's mistake must not keep the other calls of the batch from being heard.
      this.#onFailure(error as Error)
    }
  }

  #closeStream (stream: Stream): void {
    if (!this.#streams.delete(stream) || !this.#workerReady) return
    // Its last chunks go first: after this message the worker must not meet the stream again.
    this.#send()
    this.#post({ type: 'close', streamId: stream.id })
  }

  #start (): void {
    this.#guard = new ExitGuard()
    const data: SileroWorkerData = { guardMemory: this.#guard.memory }
    const worker = startThread(this.#workerFile, data)
    worker.unref()
    const fail = (error: Error): void => { if (worker === this.#worker) this.#fail(error) }
    worker.on('message', (message: FromSileroWorker) => { if (worker === this.#worker) this.#onMessage(message) })
    worker.on('error', fail)
    worker.on('exit', (code) => fail(new Error(`the VAD worker ended with code ${code}`)))
    this.#worker = worker
    this.#startedAtMs = performance.now()
  }

  #onMessage (message: FromSileroWorker): void {
    switch (message.type) {
      case 'ready':
        this.#workerReady = true
        this.#resolveReady()
        return
      case 'batch': {
        const { probabilities } = new ChunkBatch(message.buffer)
        const chunks = this.#sent.shift()
        if (chunks !== undefined) this.#deliverAll(chunks, probabilities)
        this.#spareBuffers.push(message.buffer)
      }
    }
  }

  /** Gives every chunk that is under way its fallback, and starts another worker. */
  #fail (error: Error): void {
    const worker = this.#worker
    this.#worker = undefined
    this.#workerReady = false
    this.#resolveReady()
    clearTimeout(this.#gatherTimer)
    this.#gatherTimer = undefined
    const lost = [...this.#sent.splice(0), this.#gathered]
    this.#gathered = noChunks()
    this.#gathering.count = 0
    for (const chunks of lost) this.#deliverAll(chunks, chunks.fallbacks)
    if (worker !== undefined) this.#stop(worker)
    this.#onFailure(error)
    if (performance.now() - this.#startedAtMs > LONGEST_RESTART_MS) this.#failures = 0
    const delayMs = this.#failures === 0 ? 0 : Math.min(LONGEST_RESTART_MS, RESTART_MS * 2 ** (this.#failures - 1))
    this.#failures++
    this.#restartTimer = setTimeout(() => this.#start(), delayMs).unref()
  }

  async #close (): Promise<void> {
    this.#streams.clear()
    clearTimeout(this.#gatherTimer)
    clearTimeout(this.#restartTimer)
    const worker = this.#worker
    this.#worker = undefined
    this.#workerReady = false
    this.#resolveReady()
    if (worker !== undefined) {
      const ended = new Promise((resolve) => worker.once('exit', resolve))
      worker.ref()
      this.#stop(worker)
      await ended
    }
    process.off('exit', this.#onExit)
  }

  /** Asks the worker to end; see ExitGuard for why it is not simply terminated. */
  #stop (worker: Worker): void {
    this.#guard.stop()
    const message: ToSileroWorker = { type: 'stop' }
    worker.postMessage(message)
  }

  readonly #onExit = (): void => this.#guard.stopAndWait(EXIT_WAIT_MS)
}
