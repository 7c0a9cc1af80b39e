import { type OpenAI, BadRequestError, UnprocessableEntityError } from 'openai'
import { encodeWav } from '../audio/wav.ts'
import { asProviderError, openAiClient, type OpenAiOptions } from '../openai.ts'
import { ProviderError } from '../resilience.ts'
import type { Stt, SttResult } from './stt.ts'

/**
 * How much a model can tell beside the words. verbose_json carries Whisper's two measures of doubt; OpenAI's own
 * gpt-…-transcribe refuse it and give log probabilities (https://platform.openai.com/docs/api-reference/audio/createTranscription).
 */
type Detail = 'segments' | 'logprobs' | 'none'

const PARAMETERS: Record<Detail, Pick<OpenAI.Audio.TranscriptionCreateParamsNonStreaming, 'response_format' | 'include'>> = {
  segments: { response_format: 'verbose_json' },
  logprobs: { response_format: 'json', include: ['logprobs'] },
  none: { response_format: 'json' }
}

/** Recognition by POST /audio/transcriptions of any server with OpenAI's routes. */
export function openAiStt (options: OpenAiOptions): Stt {
  const client = openAiClient(options)
  /** What each model of this server has turned out to answer. */
  const details = new Map<string, Detail>()

  return {
    async transcribe (request, signal) {
      const model = request.model || options.model
      const ask = async (detail: Detail): Promise<SttResult> => resultOf(await client.audio.transcriptions.create({
        file: new File([encodeWav(request.pcm, { sampleRateHz: request.sampleRateHz, channels: 1 })], 'speech.wav', { type: 'audio/wav' }),
        model,
        temperature: 0,
        ...PARAMETERS[detail],
        ...(request.language !== undefined && { language: request.language }),
        ...(request.prompt !== undefined && { prompt: request.prompt })
      }, { signal }))

      const detail = details.get(model) ?? (/^gpt-.*-transcribe/.test(model) ? 'logprobs' : 'segments')
      try {
        return await ask(detail).catch(async (error: unknown) => {
          if (detail === 'none' || !(error instanceof BadRequestError || error instanceof UnprocessableEntityError)) throw error
          const result = await ask('none')
          details.set(model, 'none')
          return result
        })
      } catch (error) {
        throw asProviderError(error, signal)
      }
    }
  }
}

/** Reads an answer of any of the three forms; the measures of doubt are only taken where they are numbers. */
function resultOf (answer: unknown): SttResult {
  if (!isRecord(answer) || typeof answer.text !== 'string') throw new ProviderError('provider_unavailable', 'The provider\'s answer holds no text.')
  const segments = recordsIn(answer.segments)
  // One segment with speech is speech, so the surest of them counts.
  const noSpeech = numbersIn(segments, 'no_speech_prob')
  const averages = segments.length > 0 ? numbersIn(segments, 'avg_logprob') : numbersIn(recordsIn(answer.logprobs), 'logprob')
  return {
    text: answer.text.trim(),
    ...(noSpeech.length > 0 && { noSpeechProbability: Math.min(...noSpeech) }),
    ...(averages.length > 0 && { averageLogProbability: averages.reduce((sum, average) => sum + average, 0) / averages.length })
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const recordsIn = (value: unknown): Array<Record<string, unknown>> => Array.isArray(value) ? value.filter(isRecord) : []
const numbersIn = (records: Array<Record<string, unknown>>, key: string): number[] => records.map((record) => record[key]).filter((value) => typeof value === 'number')
