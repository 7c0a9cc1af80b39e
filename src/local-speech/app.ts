import fastify from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { OfflineRecognizer, OfflineTts } from 'sherpa-onnx-node'
import { EarshotError } from '../errors.ts'
import { chatRoute } from './chat-route.ts'
import { Recogniser } from './recogniser.ts'
import { speechRoute } from './speech-route.ts'
import { Synthesiser } from './synthesiser.ts'
import { transcriptionRoute } from './transcription-route.ts'

/** OpenAI's routes over the local engines. Model names are taken as they come: there is one model for each purpose. */
export async function buildSpeechApp (recogniser: OfflineRecognizer, voice: OfflineTts) {
  const app = fastify({ forceCloseConnections: true, ajv: { customOptions: { coerceTypes: false, removeAdditional: false } } }).withTypeProvider<TypeBoxTypeProvider>()

  app.setErrorHandler((error, request, reply) => {
    const { status, message, param } = refusal(error)
    return reply.code(status).send({ error: { message, type: status < 500 ? 'invalid_request_error' : 'server_error', param, code: null } })
  })
  app.get('/v1/models', async () => ({
    object: 'list',
    data: ['moonshine-tiny-en', 'piper-en-us-joe', 'echo'].map((id) => ({ id, object: 'model', created: 0, owned_by: 'earshot' }))
  }))
  await app.register(transcriptionRoute(new Recogniser(recogniser)))
  await app.register(speechRoute(new Synthesiser(voice)))
  await app.register(chatRoute)
  return app
}

/** In OpenAI's form, with the field's name where one is wrong. */
function refusal (error: unknown): { status: number, message: string, param: string | null } {
  if (error instanceof EarshotError) return { status: error.status, message: error.message, param: null }
  if (!(error instanceof Error)) return { status: 500, message: 'Something went wrong here.', param: null }
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500
  const first = 'validation' in error && Array.isArray(error.validation) ? error.validation[0] : undefined
  const param = first === undefined ? null : String(first.params?.missingProperty ?? first.instancePath).replaceAll('/', '.').replace(/^\./, '')
  return { status, message: status < 500 ? error.message : 'Something went wrong here.', param }
}
