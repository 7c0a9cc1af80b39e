import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { test } from 'tap'
import { asProviderError, openAiClient } from '../src/openai.ts'
import { ProviderError } from '../src/resilience.ts'
import { bytes, hang, json, refusal, slam, startOpenAiServer, type Answer } from './support/openai-server.ts'

test('every failure becomes one of the table\'s, without the provider\'s own words', async (t) => {
  const server = await startOpenAiServer(t)
  const client = openAiClient({ baseUrl: server.baseUrl, apiKey: 'sk-secret', model: 'm' })
  const cases: Array<[string, Answer, Partial<ProviderError>]> = [
    ['wrong key', refusal(401, { code: 'invalid_api_key' }), { code: 'provider_rejected', message: 'The provider answered 401 (invalid_api_key).' }],
    ['unknown model', refusal(404, { code: 'model_not_found' }), { code: 'provider_rejected' }],
    ['too many requests', refusal(429, {}, { 'retry-after': '7' }), { code: 'provider_rate_limited', retryAfterMs: 7000 }],
    ['too many requests, to the millisecond', refusal(429, {}, { 'retry-after-ms': '120', 'retry-after': '1' }), { code: 'provider_rate_limited', retryAfterMs: 120 }],
    ['too many requests, without a time', refusal(429), { code: 'provider_rate_limited', retryAfterMs: undefined }],
    ['no credit left', refusal(429, { code: 'insufficient_quota' }), { code: 'provider_rejected' }],
    ['server error', refusal(500), { code: 'provider_unavailable' }],
    ['overloaded, as a page', (response) => { response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>sk-secret</h1>') }, { code: 'provider_unavailable' }],
    ['gateway timeout', refusal(504), { code: 'provider_timeout' }],
    ['cut connection', slam(), { code: 'provider_unavailable', message: 'The provider cannot be reached (UND_ERR_SOCKET).' }],
    ['not JSON', bytes('application/json', [Buffer.from('{"text": "sk-secret')]), { code: 'provider_unavailable' }]
  ]
  for (const [name, answer, expected] of cases) {
    server.answer(answer)
    const { signal } = new AbortController()
    const error = await client.models.list({ signal }).catch((error: unknown) => asProviderError(error, signal))
    if (!(error instanceof ProviderError)) return t.fail(`${name}: ${String(error)}`)
    for (const key of ['code', 'message', 'retryAfterMs'] as const) if (key in expected) t.equal(error[key], expected[key], `${name}: ${key}`)
    t.notMatch(error.message, 'sk-secret')
    t.equal(error.cause, undefined)
  }
})

test('an address where nobody listens is unavailable', async (t) => {
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address() as AddressInfo
  closed.close()
  await once(closed, 'close')
  const client = openAiClient({ baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: '', model: 'm' })
  const error = await client.models.list().catch((error: unknown) => asProviderError(error, new AbortController().signal))
  t.match(error, { code: 'provider_unavailable', message: 'The provider cannot be reached (ECONNREFUSED).' })
})

test('the SDK itself neither tries again nor takes anything from the environment', async (t) => {
  const server = await startOpenAiServer(t)
  process.env.OPENAI_API_KEY = 'sk-of-the-environment'
  process.env.OPENAI_ORG_ID = 'org'
  t.teardown(() => { delete process.env.OPENAI_API_KEY; delete process.env.OPENAI_ORG_ID })
  const client = openAiClient({ baseUrl: server.baseUrl, apiKey: '', model: 'm' })
  server.answer(refusal(503))
  await t.rejects(client.models.list())
  t.equal(server.requests.length, 1)
  t.equal(server.requests[0]?.headers.authorization, 'Bearer none')
  t.equal(server.requests[0]?.headers['openai-organization'], undefined)
})

test('requests one after another share a connection, uploads too', async (t) => {
  const server = await startOpenAiServer(t)
  const client = openAiClient({ baseUrl: server.baseUrl, apiKey: 'k', model: 'm' })
  server.answer(json({ text: 'hello', data: [] }))
  for (let turn = 0; turn < 5; turn++) {
    await client.audio.transcriptions.create({ model: 'm', file: new File(['abc'], 'speech.wav') })
    await setImmediate()
    await client.models.list()
    await setImmediate()
  }
  const upload = await server.requests[0]?.form()
  t.equal(await (upload?.get('file') as File).text(), 'abc')
  t.equal(server.requests.length, 10)
  t.equal(server.connections, 1)
})

test('aborting closes the connection at once, before and within the answer', async (t) => {
  const server = await startOpenAiServer(t)
  const client = openAiClient({ baseUrl: server.baseUrl, apiKey: 'k', model: 'm' })
  const reason = new Error('hung up')
  server.answer(hang(), bytes('audio/pcm', [Buffer.alloc(4)], 'hang'))

  const waiting = new AbortController()
  const first = server.nextRequest()
  const failed = client.models.list({ signal: waiting.signal }).catch((error: unknown) => asProviderError(error, waiting.signal))
  const request = await first
  waiting.abort(reason)
  t.equal(await failed, reason)
  await request.aborted

  const reading = new AbortController()
  const response = await client.audio.speech.create({ model: 'm', voice: 'v', input: 'Hi' }, { signal: reading.signal })
  const pieces: AsyncIterator<Uint8Array> | undefined = response.body?.[Symbol.asyncIterator]()
  t.equal((await pieces?.next())?.value?.length, 4)
  reading.abort(reason)
  await t.rejects(async () => await pieces?.next())
  await server.requests[1]?.aborted
})
