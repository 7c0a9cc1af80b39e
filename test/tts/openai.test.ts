import { test } from 'tap'
import { openAiTts } from '../../src/tts/openai.ts'
import { bytes, hang, json, refusal, slam, startOpenAiServer } from '../support/openai-server.ts'

const request = { text: 'Good day.', model: '', voice: '' }
const options = { apiKey: 'key', model: 'gpt-4o-mini-tts', voice: 'alloy' }

test('asks for raw samples and hands them on as they come', async (t) => {
  const server = await startOpenAiServer(t)
  const tts = openAiTts({ ...options, baseUrl: server.baseUrl })
  const samples = Int16Array.from([1, -2, 300, -32768, 32767])
  const body = Buffer.from(samples.buffer)
  server.answer(bytes('audio/pcm', [body.subarray(0, 3), body.subarray(3, 4), body.subarray(4)]))
  const got: number[] = []
  for await (const pcm of tts.synthesize(request, new AbortController().signal)) got.push(...pcm)
  t.same(got, [...samples])
  t.same(server.requests[0]?.json(), { model: 'gpt-4o-mini-tts', voice: 'alloy', input: 'Good day.', response_format: 'pcm' })
  for await (const pcm of tts.synthesize({ text: 'Hi', model: 'tts-1', voice: 'nova' }, new AbortController().signal)) t.ok(pcm.length > 0)
  t.match(server.requests[1]?.json(), { model: 'tts-1', voice: 'nova' })
})

test('refusals, other formats and broken answers are errors of the table', async (t) => {
  const server = await startOpenAiServer(t)
  const tts = openAiTts({ ...options, baseUrl: server.baseUrl })
  const read = async () => { for await (const pcm of tts.synthesize(request, new AbortController().signal)) t.ok(pcm.length > 0) }
  server.answer(refusal(400), json({ error: 'no such voice' }), bytes('audio/mpeg', [Buffer.from('ID3')]))
  for (const name of ['refused', 'a JSON error with status 200', 'MP3']) await t.rejects(read(), { code: 'provider_rejected' }, name)
  server.answer(refusal(502), slam(), bytes('audio/pcm', [Buffer.alloc(100)], 'cut'), bytes('audio/pcm', []))
  for (const name of ['bad gateway', 'no answer', 'half an answer', 'an empty answer']) await t.rejects(read(), { code: 'provider_unavailable' }, name)
})

test('aborting, or reading no further, closes the request', async (t) => {
  const server = await startOpenAiServer(t)
  const tts = openAiTts({ ...options, baseUrl: server.baseUrl })
  const reason = new Error('hung up')
  server.answer(hang(), bytes('audio/pcm', [Buffer.alloc(100)], 'hang'))

  const waiting = new AbortController()
  const arrived = server.nextRequest()
  const failed = t.rejects(tts.synthesize(request, waiting.signal)[Symbol.asyncIterator]().next(), reason)
  const first = await arrived
  waiting.abort(reason)
  await failed
  await first.aborted

  const reading = new AbortController()
  const read = async () => { for await (const pcm of tts.synthesize(request, reading.signal)) if (pcm.length > 0) reading.abort(reason) }
  await t.rejects(read(), reason)
  await server.requests[1]?.aborted

  const reader = tts.synthesize(request, new AbortController().signal)[Symbol.asyncIterator]()
  t.equal((await reader.next()).value?.length, 50)
  await reader.return?.()
  await server.requests[2]?.aborted
})
