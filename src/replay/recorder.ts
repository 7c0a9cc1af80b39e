import { decodeMulaw, MULAW_SILENCE } from '../audio/mulaw.ts'
import { encodeWav } from '../audio/wav.ts'
import { BYTES_PER_MS } from '../call/line.ts'
import { SAMPLE_RATE_HZ } from '../vad/vad.ts'

/** Ten seconds to begin with; the buffer doubles as the call goes on. */
const FIRST_BYTES = 80_000

/** What each side of a call could be heard saying, as μ-law at 8 kHz on one time line; both have the same length. */
export interface TwoSides {
  caller: Uint8Array
  agent: Uint8Array
}

/** One side of a call: μ-law on a time line that is silent wherever nothing was written. */
class Track {
  #bytes = new Uint8Array(FIRST_BYTES).fill(MULAW_SILENCE)
  #length = 0

  write (mulaw: Uint8Array, offset: number): void {
    const end = offset + mulaw.length
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2)).fill(MULAW_SILENCE)
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    this.#bytes.set(mulaw, offset)
    this.#length = Math.max(this.#length, end)
  }

  eraseFrom (offset: number): void {
    this.#bytes.fill(MULAW_SILENCE, offset, Math.max(offset, this.#length))
    this.#length = Math.min(this.#length, offset)
  }

  slice (length: number): Uint8Array {
    const whole = new Uint8Array(length).fill(MULAW_SILENCE)
    whole.set(this.#bytes.subarray(0, Math.min(length, this.#length)))
    return whole
  }
}

/** Records both sides of a call as they were heard. Times are milliseconds since the call began. */
export class CallRecorder {
  readonly #caller = new Track()
  readonly #agent = new Track()

  caller (mulaw: Uint8Array, atMs: number): void { this.#caller.write(mulaw, toOffset(atMs)) }

  agent (mulaw: Uint8Array, atMs: number): void { this.#agent.write(mulaw, toOffset(atMs)) }

  /** What was queued from here on was cleared, so it was never heard. */
  eraseAgentFrom (atMs: number): void { this.#agent.eraseFrom(toOffset(atMs)) }

  /** Both sides up to `endMs`. */
  recording (endMs: number): TwoSides {
    const length = toOffset(endMs)
    return { caller: this.#caller.slice(length), agent: this.#agent.slice(length) }
  }
}

/** A WAV file of both sides: the caller left, the agent right. */
export const stereoWav = ({ caller, agent }: TwoSides): Uint8Array => {
  const [left, right] = [decodeMulaw(caller), decodeMulaw(agent)]
  const interleaved = new Int16Array(left.length * 2)
  for (let i = 0; i < left.length; i++) {
    interleaved[2 * i] = left[i]!
    interleaved[2 * i + 1] = right[i]!
  }
  return encodeWav(interleaved, { sampleRateHz: SAMPLE_RATE_HZ, channels: 2 })
}

const toOffset = (atMs: number): number => Math.max(0, Math.round(atMs * BYTES_PER_MS))
