import type { UsageMeter } from '../usage.ts'

/** Speech to text: one finished stretch of a caller's speech becomes words. */
export interface Stt {
  /**
   * @throws {EarshotError} `provider_timeout`, `provider_rate_limited`, `provider_unavailable` (retryable) or `provider_rejected`;
   *   the signal's reason when aborted
   */
  transcribe (request: SttRequest, signal: AbortSignal): Promise<SttResult>
}

export interface SttRequest {
  /** PCM16, mono, at `sampleRateHz`. */
  pcm: Int16Array
  sampleRateHz: number
  /** The agent's sttModel; empty for the provider's default. */
  model: string
  /** ISO 639-1, when the agent's language is known. */
  language?: string
  /** The words before this stretch, which help the recogniser with names and spelling. */
  prompt?: string
  /** Told what the request costs, whoever serves it. */
  meter?: UsageMeter
  /** The call it is made for, as the log names it. */
  callSid?: string | undefined
}

export interface SttResult {
  text: string
  /** 0 to 1, where the provider tells: how likely it is that nobody spoke. */
  noSpeechProbability?: number
  /** Mean log probability of the tokens, where the provider tells (0 is certain). */
  averageLogProbability?: number
}
