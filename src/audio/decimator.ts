import { filterBank } from './low-pass.ts'
import { toInt16 } from './pcm.ts'

const FACTOR = 3
const { half: HALF, phases: [FILTER] } = filterBank(24_000, 8000, 1)
/** The filter's coefficients by the phase of the input they meet: every third, padded with zeros to a multiple of four. */
const TAPS = 4 * Math.ceil((2 * HALF + 1) / FACTOR / 4)
const coefficients = (phase: number): Float64Array => Float64Array.from({ length: TAPS }, (_, j) => FILTER?.[FACTOR * j + phase] ?? 0)
const [FILTER_0, FILTER_1, FILTER_2] = [coefficients(0), coefficients(1), coefficients(2)]

/** Outputs made at a time. */
const BLOCK = 800
/** The input of a block by its phase, every third sample together; one for all streams, since nothing waits in the middle of a block. */
const input = (): Float64Array => new Float64Array(BLOCK + TAPS + 4)
const [INPUT_0, INPUT_1, INPUT_2] = [input(), input(), input()]

/**
 * A stream of PCM16 from the synthesiser's 24 kHz to the telephone's 8 kHz: at least 50 dB down from 4.3 kHz on, flat within 1 dB to 3.4 kHz. The output is aligned
 * with the input and does not depend on how the input was cut into chunks.
 *
 * Four outputs at a time read each sample of a phase once between them, which takes 236 µs for a second of speech where a symmetric filter
 * over the samples as they come took 314 µs on the same machine.
 */
export class Decimator3 {
  /** What later outputs still need of the input; at first the silence before it. */
  #kept = new Int16Array(HALF)

  /** Takes any number of samples; returns those that no later input can change. */
  push (pcm: Int16Array): Int16Array {
    const length = this.#kept.length + pcm.length
    const all = new Int16Array(length + FACTOR - 1)
    all.set(this.#kept)
    all.set(pcm, this.#kept.length)
    const output = new Int16Array(Math.max(0, Math.ceil((length - 2 * HALF) / FACTOR)))
    for (let from = 0; from < output.length; from += BLOCK) decimate(all, output, from, Math.min(BLOCK, output.length - from))
    this.#kept = all.slice(FACTOR * output.length, length)
    return output
  }

  /** Ends the stream: the rest of the output, as if silence followed. In all there is one sample for every three, rounded up. The decimator is then as new. */
  flush (): Int16Array {
    const rest = this.push(new Int16Array(HALF))
    this.#kept = new Int16Array(HALF)
    return rest
  }
}

const sums = new Float64Array(4)

function decimate (all: Int16Array, output: Int16Array, from: number, count: number): void {
  const start = FACTOR * from
  const end = Math.min(Math.floor((all.length - start) / FACTOR), count + TAPS + 3)
  for (let k = 0, i = start; k < end; k++, i += FACTOR) {
    INPUT_0[k] = all[i]!
    INPUT_1[k] = all[i + 1]!
    INPUT_2[k] = all[i + 2]!
  }
  for (let n = 0; n < count; n += 4) {
    sums[0] = sums[1] = sums[2] = sums[3] = 0
    addFour(FILTER_0, INPUT_0, n)
    addFour(FILTER_1, INPUT_1, n)
    addFour(FILTER_2, INPUT_2, n)
    // Of the last four some may be one too many: what they lack has not come yet.
    for (let i = Math.min(4, count - n) - 1; i >= 0; i--) output[from + n + i] = toInt16(sums[i]!)
  }
}

/** Adds to `sums` what one phase gives to the outputs `n` to `n` + 3. Every sample is read once and goes from one output to the next. */
function addFour (filter: Float64Array, samples: Float64Array, n: number): void {
  let a = sums[0]!
  let b = sums[1]!
  let c = sums[2]!
  let d = sums[3]!
  let s0 = samples[n]!
  let s1 = samples[n + 1]!
  let s2 = samples[n + 2]!
  for (let j = 0; j < TAPS; j += 4) {
    const s3 = samples[n + j + 3]!
    const s4 = samples[n + j + 4]!
    const s5 = samples[n + j + 5]!
    const s6 = samples[n + j + 6]!
    const h0 = filter[j]!
    const h1 = filter[j + 1]!
    const h2 = filter[j + 2]!
    const h3 = filter[j + 3]!
    a += h0 * s0 + h1 * s1 + h2 * s2 + h3 * s3
    b += h0 * s1 + h1 * s2 + h2 * s3 + h3 * s4
    c += h0 * s2 + h1 * s3 + h2 * s4 + h3 * s5
    d += h0 * s3 + h1 * s4 + h2 * s5 + h3 * s6
    s0 = s4
    s1 = s5
    s2 = s6
  }
  sums[0] = a
  sums[1] = b
  sums[2] = c
  sums[3] = d
}
