import { streamResiliently, type ResilienceOptions } from '../resilience.ts'
import type { Tts } from './tts.ts'

/**
 * A voice that answers in time: deadlines, one retry, then the fallback, as long as no audio was handed on.
 * The agent's model and voice are the primary provider's; the fallback uses its own defaults.
 */
export function resilientTts (primary: Tts, fallback: Tts | undefined, options: ResilienceOptions): Tts {
  return {
    synthesize: (request, signal) => streamResiliently({
      primary: (attempt) => primary.synthesize(request, attempt),
      fallback: fallback && ((attempt) => fallback.synthesize({ ...request, model: '', voice: '' }, attempt))
    }, { ...options, callSid: request.callSid }, signal)
  }
}
