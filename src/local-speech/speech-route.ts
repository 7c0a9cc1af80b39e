import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { encodeWav } from '../audio/wav.ts'
import { TTS_SAMPLE_RATE_HZ } from '../tts/tts.ts'
import { abortOnClose } from './abort-on-close.ts'
import type { Synthesiser } from './synthesiser.ts'

const SpeechRequest = Type.Object({
  /** OpenAI's own limit. */
  input: Type.String({ minLength: 1, maxLength: 4096 }),
  response_format: Type.Optional(Type.Enum(['pcm', 'wav'])),
  speed: Type.Optional(Type.Number({ minimum: 0.25, maximum: 4 }))
})

/** POST /audio/speech: English text becomes speech at 24 kHz; `pcm` is streamed as it is made, `wav` comes whole. There is one voice. */
export const speechRoute = (synthesiser: Synthesiser): FastifyPluginAsyncTypebox => async (app) => {
  app.post('/v1/audio/speech', { schema: { body: SpeechRequest } }, async ({ body }, reply) => {
    const speech = synthesiser.speak(body.input, body.speed ?? 1, abortOnClose(reply))
    if (body.response_format === 'pcm') return await reply.type('audio/pcm').send(Readable.from(asBytes(speech)))
    const pcm: Int16Array[] = []
    for await (const chunk of speech) pcm.push(chunk)
    return await reply.type('audio/wav').send(encodeWav(joined(pcm), { sampleRateHz: TTS_SAMPLE_RATE_HZ, channels: 1 }))
  })
}

async function * asBytes (speech: AsyncIterable<Int16Array>): AsyncGenerator<Buffer> {
  for await (const { buffer, byteOffset, byteLength } of speech) yield Buffer.from(buffer, byteOffset, byteLength)
}

function joined (chunks: Int16Array[]): Int16Array {
  const whole = new Int16Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
