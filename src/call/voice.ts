import { encodeMulaw } from '../audio/mulaw.ts'
import { Decimator3 } from '../audio/decimator.ts'
import type { Tts, TtsRequest } from '../tts/tts.ts'

/** Silence is judged in stretches of 10 ms at 8 kHz. */
const BLOCK_SAMPLES = 80
/** Mean magnitude below this is silence: about −54 dBFS, under any voice and over a synthesiser's noise floor. */
const SILENT_MAGNITUDE = 64
/** Synthesisers begin with up to 300 ms of nothing, which a caller hears as delay. A little is kept so no consonant is clipped. */
const KEEP_BEFORE_BLOCKS = 2
/** They end with as much again, which adds to the pause at a seam. This is a natural breath. */
const KEEP_AFTER_BLOCKS = 15

/**
 * Synthesises one piece of text as μ-law at 8 kHz, in chunks as it comes: decimated from 24 kHz, without the silence at its
 * ends. Every piece has its own filter state, flushed at its end, so that pieces join without a click.
 * @throws what `tts` throws
 */
export async function * synthesizeMulaw (tts: Tts, request: TtsRequest, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const decimator = new Decimator3()
  const trim = new SilenceTrim()
  for await (const pcm of tts.synthesize(request, signal)) {
    const audible = trim.push(decimator.push(pcm))
    if (audible.length > 0) yield encodeMulaw(audible)
  }
  const rest = trim.end(decimator.flush())
  if (rest.length > 0) yield encodeMulaw(rest)
}

/**
 * Takes the silence off both ends of a stream of PCM at 8 kHz. Silence is held until sound follows it: only then is it known
 * not to be the end. Synthesisers are faster than speech, so the far end does not run dry meanwhile.
 */
export class SilenceTrim {
  #held: Int16Array = new Int16Array(0)
  #started = false

  push (pcm: Int16Array): Int16Array {
    const all = concat(this.#held, pcm)
    const wholeBlocks = Math.floor(all.length / BLOCK_SAMPLES)
    let lastVoiced = -1
    let firstVoiced = -1
    for (let block = 0; block < wholeBlocks; block++) {
      if (isSilent(all, block)) continue
      lastVoiced = block
      if (firstVoiced < 0) firstVoiced = block
    }
    if (lastVoiced < 0) {
      this.#held = all.slice(this.#started ? 0 : Math.max(0, wholeBlocks - KEEP_BEFORE_BLOCKS) * BLOCK_SAMPLES)
      return new Int16Array(0)
    }
    const from = this.#started ? 0 : Math.max(0, firstVoiced - KEEP_BEFORE_BLOCKS) * BLOCK_SAMPLES
    this.#started = true
    const until = (lastVoiced + 1) * BLOCK_SAMPLES
    this.#held = all.slice(until)
    return all.subarray(from, until)
  }

  /** The last samples, and nothing of the silence after them but a breath. */
  end (pcm: Int16Array): Int16Array {
    const sounding = this.push(pcm)
    if (!this.#started) return new Int16Array(0)
    return concat(sounding, this.#held.subarray(0, KEEP_AFTER_BLOCKS * BLOCK_SAMPLES))
  }
}

function isSilent (pcm: Int16Array, block: number): boolean {
  let sum = 0
  for (let i = block * BLOCK_SAMPLES; i < (block + 1) * BLOCK_SAMPLES; i++) sum += Math.abs(pcm[i]!)
  return sum < SILENT_MAGNITUDE * BLOCK_SAMPLES
}

function concat (a: Int16Array, b: Int16Array): Int16Array {
  if (a.length === 0) return b
  const joined = new Int16Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}
