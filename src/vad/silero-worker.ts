/** The thread that runs Silero for every call of the process. It answers each batch, in order, in the batch's own buffer. */
import { parentPort, workerData } from 'node:worker_threads'
import { ChunkBatch } from './chunk-batch.ts'
import { ExitGuard } from './exit-guard.ts'
import { SileroBatcher } from './silero-batcher.ts'
import { SileroModel } from './silero-model.ts'

export type ToSileroWorker = { type: 'batch', buffer: ArrayBuffer, count: number } | { type: 'close', streamId: number } | { type: 'stop' }
export type FromSileroWorker = { type: 'ready' } | { type: 'batch', buffer: ArrayBuffer, count: number }
export interface SileroWorkerData { guardMemory: SharedArrayBuffer }

const port = parentPort
if (port === null) throw new Error('silero-worker runs only as a worker thread')
const post = (message: FromSileroWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer)

const guard = new ExitGuard((workerData as SileroWorkerData).guardMemory)
guard.enter()
const batcher = new SileroBatcher(await SileroModel.load())
guard.leave()
let tail = Promise.resolve()
port.on('message', (message: ToSileroWorker) => {
  // Without its port the thread ends by itself, after the inference that is under way.
  if (message.type === 'stop') port.close()
  // A rejection is left unhandled, so that it ends the thread and the other side sees why.
  else tail = tail.then(() => handle(message))
})
post({ type: 'ready' })

async function handle (message: Exclude<ToSileroWorker, { type: 'stop' }>): Promise<void> {
  if (message.type === 'close') {
    batcher.close(message.streamId)
    return
  }
  if (!guard.enter()) return
  const batch = new ChunkBatch(message.buffer, message.count)
  try {
    await batcher.infer(batch)
  } finally {
    guard.leave()
  }
  post({ type: 'batch', buffer: batch.buffer, count: batch.count }, [batch.buffer])
}
