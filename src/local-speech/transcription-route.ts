import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { resample } from '../audio/resample.ts'
import { decodeWav, type WavAudio } from '../audio/wav.ts'
import { EarshotError } from '../errors.ts'
import { abortOnClose } from './abort-on-close.ts'
import { RECOGNISER_RATE_HZ } from './engine.ts'
import type { Recogniser } from './recogniser.ts'

/** OpenAI's own limit for an upload. */
const MAX_UPLOAD_BYTES = 25 * 1024 * 1024
const FORMATS = ['json', 'verbose_json', 'text']
/** Between any two of these a short filter does. */
const RATES_HZ = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000]

/** POST /audio/transcriptions: a WAV file becomes English words. */
export const transcriptionRoute = (recogniser: Recogniser): FastifyPluginAsyncTypebox => async (app) => {
  app.addContentTypeParser<Buffer>('multipart/form-data', { parseAs: 'buffer', bodyLimit: MAX_UPLOAD_BYTES }, async (request: FastifyRequest, body: Buffer) => await parseForm(body, request.headers['content-type']))

  app.post('/v1/audio/transcriptions', async ({ body }, reply) => {
    if (!(body instanceof FormData)) throw new EarshotError('invalid', 'The body must be multipart/form-data.')
    const format = textField(body, 'response_format') ?? 'json'
    if (!FORMATS.includes(format)) throw new EarshotError('invalid', `response_format must be one of ${FORMATS.join(', ')}.`)
    const language = textField(body, 'language') ?? 'en'
    if (!/^en\b/i.test(language)) throw new EarshotError('invalid', 'language must be en: the local recogniser knows English only.')
    const file = body.get('file')
    if (!(file instanceof File)) throw new EarshotError('invalid', 'file is missing.')
    const audio = decodeWav(new Uint8Array(await file.arrayBuffer()))
    if (!RATES_HZ.includes(audio.sampleRateHz)) throw new EarshotError('invalid', `file: the sample rate must be one of ${RATES_HZ.join(', ')} Hz.`)

    const mono = firstChannel(audio)
    const text = await recogniser.transcribe(resample(mono, audio.sampleRateHz, RECOGNISER_RATE_HZ), abortOnClose(reply))
    if (format === 'text') return await reply.type('text/plain; charset=utf-8').send(`${text}\n`)
    if (format === 'json') return { text }
    const duration = mono.length / audio.sampleRateHz
    return { task: 'transcribe', language: 'english', duration, text, segments: text === '' ? [] : [{ id: 0, start: 0, end: duration, text }] }
  })
}

async function parseForm (body: Buffer, type = ''): Promise<FormData> {
  try {
    return await new Response(body, { headers: { 'content-type': type } }).formData()
  } catch {
    throw new EarshotError('invalid', 'The body is not well-formed multipart/form-data.')
  }
}

function textField (form: FormData, name: string): string | undefined {
  const value = form.get(name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

const firstChannel = ({ pcm, channels }: WavAudio): Int16Array => channels === 1 ? pcm : pcm.filter((_, i) => i % channels === 0)
