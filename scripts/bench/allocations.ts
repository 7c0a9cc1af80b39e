/**
 * How many bytes the hot path allocates of V8's heap: run with `--expose-gc --max-semi-space-size=256`, so that what is allocated between two readings is still there at the
 * second. Counts, unlike times, are the same on a busy machine. Prints JSON: bytes by what was done once.
 */
import { encodeMulaw } from '../../src/audio/mulaw.ts'
import { VirtualCall } from '../../src/replay/virtual-call.ts'
import { MessageWriter, parseMessage } from '../../src/twilio/messages.ts'
import { EnergyVad } from '../../src/vad/energy.ts'

const ROUNDS = 6
const TIMES = 2000

/** The least of some rounds: now and then V8 compiles in the middle of one. */
function bytesOf (work: () => void): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < TIMES; i++) work()
    return Math.round((process.memoryUsage().heapUsed - before) / TIMES)
  })
  return Math.min(...rounds)
}

const noise = (samples: number, amplitude: number): Int16Array => Int16Array.from({ length: samples }, (_, i) => Math.round(Math.sin(i * i) * amplitude))
const frame = encodeMulaw(noise(160, 50))
const message = JSON.stringify({ event: 'media', sequenceNumber: '3', media: { track: 'inbound', chunk: '2', timestamp: '20', payload: Buffer.from(frame).toString('base64') }, streamSid: 'MZ18ad3ab5a668481ce02b83e7395059f0' })
const mark = JSON.stringify({ event: 'mark', sequenceNumber: '4', streamSid: 'MZ18ad3ab5a668481ce02b83e7395059f0', mark: { name: '12:40960' } })
const writer = new MessageWriter('MZ18ad3ab5a668481ce02b83e7395059f0')
const sent = encodeMulaw(noise(640, 8000))

const call = new VirtualCall({ vad: new EnergyVad(), stt: { hear: () => '' } })
await call.greeted()

console.log(JSON.stringify({
  readMedia: bytesOf(() => parseMessage(message)),
  readMark: bytesOf(() => parseMessage(mark)),
  writeMedia: bytesOf(() => writer.media(sent)),
  hearFrame: bytesOf(() => call.call.frame(frame))
}))
await call.call.close('bench')
