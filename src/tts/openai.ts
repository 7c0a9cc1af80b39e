import { asProviderError, openAiClient, type OpenAiOptions } from '../openai.ts'
import { pcmIn } from './pcm-body.ts'
import type { Tts } from './tts.ts'

/** Speech by POST /audio/speech of any server with OpenAI's routes. */
export function openAiTts (options: OpenAiOptions & { voice: string }): Tts {
  const client = openAiClient(options)
  return {
    async * synthesize (request, signal) {
      try {
        const response = await client.audio.speech.create({
          model: request.model || options.model,
          voice: request.voice || options.voice,
          input: request.text,
          response_format: 'pcm'
        }, { signal })
        yield * pcmIn(response)
      } catch (error) {
        throw asProviderError(error, signal)
      }
    }
  }
}
