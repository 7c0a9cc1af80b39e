import { TTS_SAMPLE_RATE_HZ, type Tts, type TtsRequest } from '../tts/tts.ts'
import { Misbehaviour, type Temper } from './misbehaviour.ts'
import { DEFAULT_VOICE, speechLike, type SimulatedVoice } from './speech-like.ts'

export interface SimulatedTtsOptions extends Temper {
  /** Default 150, a fast cloud voice's. */
  firstByteMs?: number
  /** Time to make a second of audio, in seconds. Default 0.1. */
  realTimeFactor?: number
  voice?: SimulatedVoice
}

const CHUNK_MS = 100

/** A voice that takes its time, lasts as long as its text, and fails when told to. */
export class SimulatedTts implements Tts {
  readonly behaviour: Misbehaviour
  readonly #options: SimulatedTtsOptions

  constructor (options: SimulatedTtsOptions) {
    this.#options = options
    this.behaviour = new Misbehaviour(options)
  }

  synthesize ({ text }: TtsRequest, signal: AbortSignal): AsyncIterable<Int16Array> {
    const { firstByteMs = 150, realTimeFactor = 0.1, voice = DEFAULT_VOICE } = this.#options
    return this.behaviour.answer(chunksOf(speechLike(text, TTS_SAMPLE_RATE_HZ, voice)), firstByteMs, CHUNK_MS * realTimeFactor, signal)
  }
}

function * chunksOf (pcm: Int16Array): Generator<Int16Array> {
  const chunkSamples = CHUNK_MS * TTS_SAMPLE_RATE_HZ / 1000
  for (let start = 0; start < pcm.length; start += chunkSamples) yield pcm.subarray(start, start + chunkSamples)
}
