/** A VAD worker that says 0.25 to everything, and after a number of batches fails or falls silent. */
import { parentPort } from 'node:worker_threads'
import { ChunkBatch } from '../../src/vad/chunk-batch.ts'
import type { FromSileroWorker, ToSileroWorker } from '../../src/vad/silero-worker.ts'

const { searchParams } = new URL(import.meta.url)
let left = Number(searchParams.get('batches'))
const port = parentPort!
const post = (message: FromSileroWorker): void => port.postMessage(message)

port.on('message', (message: ToSileroWorker) => {
  if (message.type === 'stop') port.close()
  if (message.type !== 'batch') return
  if (left-- > 0) {
    new ChunkBatch(message.buffer, message.count).probabilities.fill(0.25)
    post(message)
  } else if (searchParams.get('then') === 'throw') throw new Error('the model broke')
})
post({ type: 'ready' })
