import { streamResiliently, type ResilienceOptions } from '../resilience.ts'
import type { Llm } from './llm.ts'

/**
 * A language model that answers in time: deadlines, one retry, then the fallback, as long as nothing of the reply was handed on.
 * The agent's model name is the primary provider's; the fallback uses its own default.
 */
export function resilientLlm (primary: Llm, fallback: Llm | undefined, options: ResilienceOptions): Llm {
  return {
    stream: (request, signal) => streamResiliently({
      primary: (attempt) => primary.stream(request, attempt),
      fallback: fallback && ((attempt) => fallback.stream({ ...request, model: '' }, attempt))
    }, { ...options, callSid: request.callSid }, signal)
  }
}
