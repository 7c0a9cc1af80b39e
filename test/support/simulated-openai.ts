import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DEFAULT_VOICE, speechLike } from '../../src/replay/speech-like.ts'
import type { Answer } from './openai-server.ts'

/**
 * OpenAI's three routes on 127.0.0.1, at once: hears what `hear` says of the upload, repeats it, speaks like a voice.
 * @param fault what a request for a model gets in place of that, if anything; `text` is what a voice is to say
 */
export async function startSimulatedOpenAi (t: { teardown: (fn: () => unknown) => unknown }, hear: () => string, fault: (model: string, text: string) => Answer | undefined = () => undefined): Promise<string> {
  const routes: Record<string, (response: ServerResponse, body: Buffer) => void> = {
    '/v1/audio/transcriptions': (response) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ text: hear() })),
    '/v1/chat/completions': (response, body) => {
      const { messages } = JSON.parse(String(body)) as { messages: Array<{ content: string }> }
      response.setHeader('content-type', 'text/event-stream')
      for (const word of `You said: ${messages.at(-1)?.content ?? ''}`.split(/(?= )/)) {
        response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: word } }] })}\n\n`)
      }
      response.end(`data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`)
    },
    '/v1/audio/speech': (response, body) => {
      const { input } = JSON.parse(String(body)) as { input: string }
      const pcm = speechLike(input, 24_000, DEFAULT_VOICE)
      response.setHeader('content-type', 'audio/pcm').end(Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength))
    }
  }
  const server = createServer((request, response) => {
    request.toArray().then(async (chunks: Buffer[]) => {
      const body = Buffer.concat(chunks)
      const route = routes[request.url ?? '']
      if (route === undefined) return response.writeHead(404).end()
      const wrong = fault(fieldOf(body, 'model'), fieldOf(body, 'input'))
      if (wrong === undefined) route(response, body)
      else await wrong(response)
    }).catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

/** A field of a JSON body, or of an upload. */
function fieldOf (body: Buffer, name: string): string {
  const text = body.toString('latin1')
  if (text.startsWith('{')) return String((JSON.parse(String(body)) as Record<string, unknown>)[name] ?? '')
  return new RegExp(`name="${name}"\\r\\n\\r\\n([^\\r]*)`).exec(text)?.[1] ?? ''
}
