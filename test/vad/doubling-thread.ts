import { parentPort, workerData } from 'node:worker_threads'
import { CHUNK_MS } from '../../src/vad/vad.ts'

const { number }: { number: number } = workerData
parentPort?.postMessage(number * 2 * CHUNK_MS)
