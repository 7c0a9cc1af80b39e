import { BodyReader } from '../body-reader.ts'
import { TTS_SAMPLE_RATE_HZ } from './tts.ts'

const BYTES_PER_MS = 2 * TTS_SAMPLE_RATE_HZ / 1000
/** A quarter of what the far end holds in hand. */
const MOST_MS = 100
/** A tenth of what was handed on: a voice that is made 1.2 times as fast as it sounds has got further ahead by then. */
const SHARE = 0.1

/**
 * The bytes of an answer of PCM: the first as they come, later ones gathered for some milliseconds. Servers send a voice in pieces of 20 to 100 ms faster than it
 * sounds, and every piece costs the same on its way through the gateway, whatever its length.
 */
export function gathered (response: Response): AsyncIterableIterator<Buffer> {
  let pieces: Buffer[] = []
  let handedMs = 0
  let timer: NodeJS.Timeout | undefined
  const handOn = (): void => {
    clearTimeout(timer)
    timer = undefined
    const [first, ...more] = pieces
    if (first === undefined) return
    const bytes = more.length === 0 ? first : Buffer.concat(pieces)
    pieces = []
    handedMs += bytes.length / BYTES_PER_MS
    reader.push(bytes)
  }
  const reader = new BodyReader<Buffer>(response, {
    data: (piece) => {
      pieces.push(piece)
      const waitMs = Math.min(MOST_MS, handedMs * SHARE)
      if (waitMs < 1) handOn()
      else timer ??= setTimeout(handOn, waitMs)
    },
    end: handOn
  })
  return reader
}
