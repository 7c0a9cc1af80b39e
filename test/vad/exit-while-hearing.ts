/** A program that ends in the middle of an inference, as one does that fails. */
import { SileroVad } from '../../src/vad/silero.ts'

const vad = new SileroVad({ onFailure: (error) => { throw error } })
await vad.ready
const pcm = new Int16Array(64 * 256).fill(1000)
for (let i = 0; i < 100; i++) vad.open(() => process.exit(3)).push(pcm)
