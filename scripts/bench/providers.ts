/** Recognition, language model and voice as one HTTP server with OpenAI's routes, each as slow as a fast cloud's. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { speechLike } from '../../src/replay/speech-like.ts'
import { TTS_SAMPLE_RATE_HZ } from '../../src/tts/tts.ts'
import { SAMPLE_RATE_HZ } from '../../src/vad/vad.ts'
import { FIRST_BYTE_MS, FIRST_TOKEN_MS, RECOGNITION_MS } from './provider-times.ts'

const TOKEN_MS = 20
/** A voice is made ten times as fast as it sounds, and sent in pieces of 100 ms. */
const PIECE_MS = 100
const PIECE_EVERY_MS = 10
const PIECE_BYTES = PIECE_MS * TTS_SAMPLE_RATE_HZ / 1000 * 2

/** What callers are understood to say, and the shortest recording it fits into: more words than can be spoken in a time count as the recogniser's invention. */
const HEARD = [
  { text: 'I would like to make an appointment for Tuesday afternoon.', fromMs: 2500 },
  { text: 'Can you tell me where to find your office?', fromMs: 1800 },
  { text: 'What are your opening hours?', fromMs: 1200 },
  { text: 'Hello?', fromMs: 0 }
]
const ANSWER = 'Our opening hours on weekdays are from nine in the morning until five in the afternoon. Would you like to make an appointment, or is there anything else?'
const TOKENS = (ANSWER.match(/\s*\S+/g) ?? []).map((content, i) => eventOf({ choices: [{ index: 0, delta: i === 0 ? { role: 'assistant', content } : { content }, finish_reason: null }] }))
const LAST = [
  eventOf({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  eventOf({ choices: [], usage: { prompt_tokens: 100, completion_tokens: TOKENS.length, total_tokens: 100 + TOKENS.length } }),
  'data: [DONE]\n\n'
].join('')

const voices = new Map<string, Buffer>()

function eventOf (chunk: object): string {
  return `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'simulated', ...chunk })}\n\n`
}

async function bodyOf (request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Writes pieces by an absolute schedule: the first after `firstMs`, each next after `everyMs`. Stops when the other side does. */
function stream (response: ServerResponse, pieces: Array<string | Buffer>, firstMs: number, everyMs: number): void {
  let dueMs = performance.now() + firstMs
  let given = 0
  const next = (): void => {
    if (response.destroyed) return
    for (; given < pieces.length && dueMs <= performance.now(); dueMs += everyMs) response.write(pieces[given++])
    if (given === pieces.length) response.end()
    else setTimeout(next, dueMs - performance.now())
  }
  setTimeout(next, firstMs)
}

function voiceOf (text: string): Buffer {
  let voice = voices.get(text)
  if (voice === undefined) voices.set(text, voice = Buffer.from(speechLike(text, TTS_SAMPLE_RATE_HZ).buffer))
  return voice
}

async function answer (request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request)
  if (request.url === '/v1/audio/transcriptions') {
    const durationMs = body.length / (SAMPLE_RATE_HZ * 2 / 1000)
    const text = HEARD.find(({ fromMs }) => durationMs >= fromMs)?.text ?? ''
    response.setHeader('content-type', 'application/json')
    stream(response, [JSON.stringify({ task: 'transcribe', language: 'english', duration: 2, text, segments: [{ id: 0, no_speech_prob: 0.01, avg_logprob: -0.2, text }] })], RECOGNITION_MS, 0)
  } else if (request.url === '/v1/chat/completions') {
    response.setHeader('content-type', 'text/event-stream')
    stream(response, [...TOKENS, LAST], FIRST_TOKEN_MS, TOKEN_MS)
  } else if (request.url === '/v1/audio/speech') {
    const { input } = JSON.parse(body.toString()) as { input: string }
    const voice = voiceOf(input)
    response.setHeader('content-type', 'audio/pcm')
    stream(response, Array.from({ length: Math.ceil(voice.length / PIECE_BYTES) }, (_, i) => voice.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES)), FIRST_BYTE_MS, PIECE_EVERY_MS)
  } else {
    response.writeHead(404).end()
  }
}

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy())
})
server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
