import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DEFAULT_VOICE, speechLike } from '../../src/replay/speech-like.ts'

/** OpenAI's three routes on 127.0.0.1, at once: hears what `hear` says of the upload, repeats it, speaks like a voice. */
export async function startSimulatedOpenAi (t: { teardown: (fn: () => unknown) => unknown }, hear: () => string): Promise<string> {
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
    request.toArray().then((chunks: Buffer[]) => {
      const route = routes[request.url ?? '']
      if (route === undefined) response.writeHead(404).end()
      else route(response, Buffer.concat(chunks))
    }).catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}
