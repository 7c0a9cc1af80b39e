import { rms } from '../../../audio/level.ts'
import { encodeMulaw } from '../../../audio/mulaw.ts'
import { Resampler } from '../../../audio/resample.ts'
import { STREAM_RATE_HZ } from './worklet-messages.ts'

/** 20 ms: what Twilio sends at a time. */
export const FRAME_SAMPLES = 160

/** Makes the frames of a media stream of a microphone's audio: low-passed, at 8 kHz, μ-law, 20 ms each. */
export class FrameMaker {
  /** While it is, frames of silence go out: a stream that stands still looks like a lost one. */
  muted = false
  readonly #resampler: Resampler
  readonly #onFrame: (mulaw: Uint8Array<ArrayBuffer>, level: number) => void
  readonly #frame = new Int16Array(FRAME_SAMPLES)
  #filled = 0
  #pcm = new Int16Array(128)

  /**
   * @param sampleRateHz the microphone's rate
   * @param onFrame given each frame and its level, 0 to 1, as the root mean square
   */
  constructor (sampleRateHz: number, onFrame: (mulaw: Uint8Array<ArrayBuffer>, level: number) => void) {
    this.#resampler = new Resampler(sampleRateHz, STREAM_RATE_HZ)
    this.#onFrame = onFrame
  }

  /** @param samples any number of them, from −1 to 1; what lies outside is clipped */
  push (samples: Float32Array): void {
    if (this.#pcm.length !== samples.length) this.#pcm = new Int16Array(samples.length)
    // The filter goes on while muted, so that nothing of before is heard after.
    for (let i = 0; i < samples.length; i++) this.#pcm[i] = Math.max(-32768, Math.min(32767, Math.round(samples[i]! * 32768)))
    const at8k = this.#resampler.push(this.#pcm)
    for (let taken = 0; taken < at8k.length;) {
      const part = at8k.subarray(taken, taken + FRAME_SAMPLES - this.#filled)
      this.#frame.set(part, this.#filled)
      this.#filled += part.length
      taken += part.length
      if (this.#filled === FRAME_SAMPLES) this.#emit()
    }
  }

  #emit (): void {
    this.#filled = 0
    if (this.muted) this.#frame.fill(0)
    const mulaw = new Uint8Array(FRAME_SAMPLES)
    encodeMulaw(this.#frame, mulaw)
    this.#onFrame(mulaw, rms(this.#frame) / 32768)
  }
}
