import { filterBank, type FilterBank } from './low-pass.ts'
import { toInt16 } from './pcm.ts'

/**
 * Sample-rate conversion for speech: linear-phase FIR filters run in their polyphase form, on streams.
 * The output is aligned with the input (the filter's delay is taken out), and does not depend on how the input was cut into chunks.
 */

/** A stream of PCM16 from one rate to another. */
export class Resampler {
  readonly #up: number
  readonly #down: number
  readonly #bank: FilterBank
  /** Input that a coming output still needs, from absolute position `#bufferStart` on. */
  #buffer: Float64Array
  #buffered: number
  #bufferStart: number
  #received = 0
  #emitted = 0

  /** @param fromHz and `toHz` whole rates in hertz; any ratio, though the filter bank grows with its denominator */
  constructor (fromHz: number, toHz: number) {
    const divisor = greatestCommonDivisor(fromHz, toHz)
    this.#up = toHz / divisor
    this.#down = fromHz / divisor
    this.#bank = filterBank(fromHz, toHz, this.#up)
    this.#buffer = new Float64Array(4096)
    // Silence before the first sample, as far back as the first output's filter reaches.
    this.#bufferStart = -this.#half
    this.#buffered = this.#half
  }

  /** Takes any number of samples; returns those that no later input can change. */
  push (pcm: Int16Array): Int16Array {
    this.#received += pcm.length
    this.#append(pcm)
    return this.#emit(this.#outputsBefore(this.#received - this.#half))
  }

  /**
   * Ends the stream: the rest of the output, as if silence followed. In all there are ⌈input × toHz / fromHz⌉ samples.
   * The resampler is then as new.
   */
  flush (): Int16Array {
    this.#append(new Int16Array(this.#half))
    const rest = this.#emit(this.#outputsBefore(this.#received))
    this.#received = 0
    this.#emitted = 0
    this.#buffer.fill(0, 0, this.#half)
    this.#bufferStart = -this.#half
    this.#buffered = this.#half
    return rest
  }

  get #half (): number { return this.#bank.half }

  /** How many outputs have their centre before this input position. */
  #outputsBefore (position: number): number {
    return Math.max(0, Math.ceil(position * this.#up / this.#down))
  }

  #append (pcm: Int16Array): void {
    if (this.#buffered + pcm.length + 3 > this.#buffer.length) {
      const larger = new Float64Array(2 * (this.#buffered + pcm.length + 3))
      larger.set(this.#buffer.subarray(0, this.#buffered))
      this.#buffer = larger
    }
    this.#buffer.set(pcm, this.#buffered)
    this.#buffered += pcm.length
  }

  /** Computes the outputs up to `until`, and forgets the input that only they needed. */
  #emit (until: number): Int16Array {
    const output = new Int16Array(until - this.#emitted)
    const start = this.#convert(output)
    this.#emitted = until
    this.#buffer.copyWithin(0, start, this.#buffered)
    this.#buffered -= start
    this.#bufferStart += start
    return output
  }

  /** Fills `output`. Returns where in the buffer the next output's filter begins. */
  #convert (output: Int16Array): number {
    const phases = this.#bank.phases
    const buffer = this.#buffer
    const whole = Math.floor(this.#down / this.#up)
    const part = this.#down % this.#up
    const centre = this.#emitted * this.#down
    let phase = centre % this.#up
    let start = Math.floor(centre / this.#up) - this.#half - this.#bufferStart
    for (let n = 0; n < output.length; n++) {
      output[n] = toInt16(dot(phases[phase]!, buffer, start))
      start += whole
      phase += part
      if (phase >= this.#up) {
        phase -= this.#up
        start++
      }
    }
    return start
  }
}

/** A whole recording from one rate to another; for the recognisers, 8 to 16 kHz. */
export function resample (pcm: Int16Array, fromHz: number, toHz: number): Int16Array {
  const resampler = new Resampler(fromHz, toHz)
  const head = resampler.push(pcm)
  const tail = resampler.flush()
  const output = new Int16Array(head.length + tail.length)
  output.set(head)
  output.set(tail, head.length)
  return output
}

/** Four sums and a function of its own: measured three times as fast as one sum inside the loop over the outputs. The filter's length is a multiple of four. */
function dot (filter: Float64Array, samples: Float64Array, start: number): number {
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  for (let k = 0; k < filter.length; k += 4) {
    a += filter[k]! * samples[start + k]!
    b += filter[k + 1]! * samples[start + k + 1]!
    c += filter[k + 2]! * samples[start + k + 2]!
    d += filter[k + 3]! * samples[start + k + 3]!
  }
  return (a + b) + (c + d)
}

function greatestCommonDivisor (a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
