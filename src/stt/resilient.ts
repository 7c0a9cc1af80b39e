import { callResiliently, type ResilienceOptions } from '../resilience.ts'
import type { Stt } from './stt.ts'

/**
 * A recogniser that answers in time: deadline, one retry, then the fallback. The agent's model name is the primary
 * provider's; the fallback uses its own default.
 */
export function resilientStt (primary: Stt, fallback: Stt | undefined, options: ResilienceOptions): Stt {
  return {
    transcribe: (request, signal) => callResiliently({
      primary: (attempt) => primary.transcribe(request, attempt),
      fallback: fallback && ((attempt) => fallback.transcribe({ ...request, model: '' }, attempt))
    }, { ...options, callSid: request.callSid }, signal)
  }
}
