import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { once } from 'node:events'

/** One request as the server got it. */
export interface ReceivedRequest {
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
  /** The body of a JSON request. */
  json: () => Record<string, unknown>
  /** The body of an upload. */
  form: () => Promise<FormData>
  /** When the client closed the connection before the answer was complete. */
  aborted: Promise<void>
}

export type Answer = (response: ServerResponse) => void | Promise<void>

/** A provider on 127.0.0.1 that answers as it is told: late, wrongly, by halves or not at all. */
export interface OpenAiServer {
  baseUrl: string
  requests: ReceivedRequest[]
  /** TCP connections opened so far. */
  connections: number
  /** The answers to come, in order; the last one is given from then on. */
  answer: (...answers: Answer[]) => void
  /** Resolves with the next request that comes in. */
  nextRequest: () => Promise<ReceivedRequest>
}

export async function startOpenAiServer (t: { teardown: (fn: () => unknown) => unknown }): Promise<OpenAiServer> {
  let answers: Answer[] = [json({ error: { message: 'The test gave no answer.' } }, { status: 500 })]
  let waiting: Array<(request: ReceivedRequest) => void> = []
  const http = createServer((request, response) => {
    const aborted = new Promise<void>((resolve) => response.on('close', () => { if (!response.writableFinished) resolve() }))
    const serve = async () => {
      const body = Buffer.concat(await request.toArray())
      const received: ReceivedRequest = {
        path: request.url ?? '',
        headers: request.headers,
        body,
        json: () => JSON.parse(body.toString()),
        form: () => new Response(body, { headers: { 'content-type': request.headers['content-type'] ?? '' } }).formData(),
        aborted
      }
      server.requests.push(received)
      const told = waiting
      waiting = []
      for (const tell of told) tell(received)
      const answer = answers.length > 1 ? answers.shift() : answers[0]
      await answer?.(response)
    }
    serve().catch(() => response.destroy())
  })
  http.on('connection', () => { server.connections++ })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  t.teardown(async () => {
    http.closeAllConnections()
    http.close()
    await once(http, 'close')
  })
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  const server: OpenAiServer = {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    requests: [],
    connections: 0,
    answer: (...next) => { answers = next },
    nextRequest: () => new Promise((resolve) => { waiting.push(resolve) })
  }
  return server
}

interface Head { status?: number, headers?: Record<string, string> }

export const json = (body: unknown, { status = 200, headers = {} }: Head = {}): Answer => (response) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** OpenAI's way to refuse. */
export const refusal = (status: number, error: { code?: string, param?: string, message?: string } = {}, headers = {}): Answer =>
  json({ error: { message: 'Incorrect API key provided: sk-secret', type: 'some_error', param: null, code: null, ...error } }, { status, headers })

/** Server-sent events, each a chunk of its own: strings as they are, the rest as JSON; `end: 'cut'` breaks the connection after them. */
export const events = (data: unknown[], end: 'done' | 'cut' | 'hang' = 'done'): Answer => (response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const item of data) response.write(`data: ${typeof item === 'string' ? item : JSON.stringify(item)}\n\n`)
  if (end === 'done') response.end('data: [DONE]\n\n')
  if (end === 'cut') cut(response)
}

/** A body of the given type, each part a chunk of its own. */
export const bytes = (type: string | undefined, parts: Uint8Array[], end: 'done' | 'cut' | 'hang' = 'done'): Answer => (response) => {
  response.writeHead(200, type === undefined ? {} : { 'content-type': type })
  for (const part of parts) response.write(part)
  if (end === 'done') response.end()
  if (end === 'cut') cut(response)
}

/** Takes the request and never says anything. */
export const hang = (): Answer => () => {}

/** Closes the connection instead of answering. */
export const slam = (): Answer => (response) => { response.destroy() }

/** Answers once the promise resolves: latency as the test commands it. */
export const after = (gate: Promise<unknown>, answer: Answer): Answer => async (response) => {
  await gate
  await answer(response)
}

/** Lets what was written reach the client before the connection breaks. */
function cut (response: ServerResponse): void {
  response.write('', () => setImmediate(() => response.destroy()))
}
