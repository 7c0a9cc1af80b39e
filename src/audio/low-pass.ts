/** Linear-phase FIR low-pass filters for sample-rate conversion, in their polyphase form. */

/**
 * Edges of the transition band as shares of the lower rate's Nyquist frequency: at 8 kHz 3.2 and 4.3 kHz, so that
 * aliases can only fall above 3.7 kHz. The slope's first 200 Hz lose 0.6 dB at 3.4 kHz, where a telephone's band ends, and
 * save a quarter of the work.
 */
const PASS_EDGE = 0.8
const STOP_EDGE = 1.075
/** Kaiser's formulas are an estimate: 54 dB gives 53.6 measured, where 50 are asked for. */
const STOP_BAND_DB = 54

export interface FilterBank {
  /** How far a filter reaches to each side of its centre, in input samples. */
  half: number
  /** One filter for each phase an output can have between two inputs; the length is a multiple of four, the surplus zero. */
  phases: Float64Array[]
}

const banks = new Map<string, FilterBank>()

/**
 * A Kaiser-windowed sinc. Length and window follow Kaiser's formulas (Oppenheim and Schafer, Discrete-Time Signal
 * Processing, 7.6): the transition band gives the length, the rejection gives β.
 */
export function filterBank (fromHz: number, toHz: number, up: number): FilterBank {
  const key = `${fromHz}:${toHz}`
  const known = banks.get(key)
  if (known !== undefined) return known
  const nyquistHz = Math.min(fromHz, toHz) / 2
  const cutoff = nyquistHz * (PASS_EDGE + STOP_EDGE) / 2 / fromHz
  const transition = nyquistHz * (STOP_EDGE - PASS_EDGE) / fromHz
  const half = Math.ceil((STOP_BAND_DB - 7.95) / (2.285 * 2 * Math.PI * transition) / 2)
  const beta = 0.1102 * (STOP_BAND_DB - 8.7)
  const phases = Array.from({ length: up }, (_, phase) => {
    const filter = new Float64Array(4 * Math.ceil((2 * half + 1) / 4))
    for (let k = 0; k <= 2 * half; k++) {
      const t = k - half - phase / up
      if (t >= -half) filter[k] = sinc(2 * cutoff * t) * besselI0(beta * Math.sqrt(1 - (t / half) ** 2))
    }
    // Every phase passes a constant unchanged; otherwise a steady level would come out modulated.
    const sum = filter.reduce((total, coefficient) => total + coefficient)
    return filter.map((coefficient) => coefficient / sum)
  })
  const bank = { half, phases }
  banks.set(key, bank)
  return bank
}

const sinc = (x: number): number => x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)

/** Modified Bessel function of the first kind, order zero, by its power series. */
function besselI0 (x: number): number {
  let sum = 1
  let term = 1
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}
