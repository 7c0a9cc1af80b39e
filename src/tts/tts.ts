import type { UsageMeter } from '../usage.ts'

/** Text to speech: a sentence in, a stream of audio out. */
export interface Tts {
  /**
   * Streams PCM16 mono at TTS_SAMPLE_RATE_HZ, in chunks of any length, as the provider makes it.
   * @throws {EarshotError} as Stt.transcribe
   */
  synthesize (request: TtsRequest, signal: AbortSignal): AsyncIterable<Int16Array>
}

export interface TtsRequest {
  text: string
  /** The agent's ttsModel; empty for the provider's default. */
  model: string
  /** The agent's ttsVoice; empty for the provider's default. */
  voice: string
  /** Told what the request costs, whoever serves it. */
  meter?: UsageMeter
  /** The call it is made for, as the log names it. */
  callSid?: string | undefined
}

/** OpenAI's `pcm` response format: 24 kHz, signed 16 bit, little endian, mono (https://platform.openai.com/docs/guides/text-to-speech). */
export const TTS_SAMPLE_RATE_HZ = 24_000
