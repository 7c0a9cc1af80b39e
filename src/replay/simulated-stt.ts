import { EarshotError } from '../errors.ts'
import type { Stt, SttRequest, SttResult } from '../stt/stt.ts'
import { SAMPLE_RATE_HZ } from '../vad/vad.ts'
import { Misbehaviour, type Temper } from './misbehaviour.ts'

export interface SimulatedSttOptions extends Temper {
  /** What is heard in the request's audio: `knownRecordings(…)`, or anything else. */
  hear: (pcm: Int16Array, request: number) => string
  /** Default 300, a fast cloud recogniser's. */
  latencyMs?: number
}

/** A recogniser that takes its time, knows what was said, and fails when told to. */
export class SimulatedStt implements Stt {
  readonly behaviour: Misbehaviour
  readonly #options: SimulatedSttOptions

  constructor (options: SimulatedSttOptions) {
    this.#options = options
    this.behaviour = new Misbehaviour(options)
  }

  async transcribe ({ pcm, sampleRateHz }: SttRequest, signal: AbortSignal): Promise<SttResult> {
    if (sampleRateHz !== SAMPLE_RATE_HZ) throw new EarshotError('provider_rejected', `The simulated recogniser takes audio at ${SAMPLE_RATE_HZ} Hz, not ${sampleRateHz}.`)
    const text = this.#options.hear(pcm, this.behaviour.requests)
    const answers: string[] = []
    for await (const answer of this.behaviour.answer([text], this.#options.latencyMs ?? 300, 0, signal)) answers.push(answer)
    return { text: answers.join('') }
  }
}
