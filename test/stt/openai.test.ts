import { test } from 'tap'
import { decodeWav } from '../../src/audio/wav.ts'
import { openAiStt } from '../../src/stt/openai.ts'
import { bytes, hang, json, refusal, startOpenAiServer } from '../support/openai-server.ts'

const pcm = Int16Array.from({ length: 1600 }, (_, i) => Math.round(8000 * Math.sin(i / 3)))
const request = { pcm, sampleRateHz: 8000, model: '' }

test('sends the samples as they are, with model, language and the words before', async (t) => {
  const server = await startOpenAiServer(t)
  server.answer(json({ text: ' Hello there. ' }))
  const stt = openAiStt({ baseUrl: server.baseUrl, apiKey: 'key', model: 'whisper-1' })
  t.same(await stt.transcribe({ ...request, language: 'en', prompt: 'My name is' }, new AbortController().signal), { text: 'Hello there.' })

  const form = await server.requests[0]!.form()
  t.equal(server.requests[0]?.path, '/v1/audio/transcriptions')
  t.equal(server.requests[0]?.headers.authorization, 'Bearer key')
  t.same(Object.fromEntries([...form].filter(([name]) => name !== 'file')), {
    model: 'whisper-1', language: 'en', prompt: 'My name is', response_format: 'verbose_json', temperature: '0'
  })
  const wav = decodeWav(new Uint8Array(await (form.get('file') as File).arrayBuffer()))
  t.same(wav, { pcm, sampleRateHz: 8000, channels: 1 })
})

test('reads Whisper\'s doubts: the surest segment, and the mean log probability', async (t) => {
  const server = await startOpenAiServer(t)
  const stt = openAiStt({ baseUrl: server.baseUrl, apiKey: '', model: 'whisper-1' })
  server.answer(json({ text: 'Yes.', segments: [{ no_speech_prob: 0.6, avg_logprob: -0.9 }, { no_speech_prob: 0.1, avg_logprob: -0.5 }] }))
  const result = await stt.transcribe(request, new AbortController().signal)
  t.equal(result.noSpeechProbability, 0.1)
  t.equal(result.averageLogProbability, -0.7)
  server.answer(json({ text: '', segments: [] }))
  t.same(await stt.transcribe(request, new AbortController().signal), { text: '' })
  server.answer(json({ text: 'Yes.', segments: [{ no_speech_prob: null }, 'odd'] }))
  t.same(await stt.transcribe(request, new AbortController().signal), { text: 'Yes.' })
})

test('asks OpenAI\'s own models for log probabilities', async (t) => {
  const server = await startOpenAiServer(t)
  const stt = openAiStt({ baseUrl: server.baseUrl, apiKey: '', model: 'whisper-1' })
  server.answer(json({ text: 'Yes.', logprobs: [{ token: 'Yes', logprob: -0.2 }, { token: '.', logprob: -0.4 }] }))
  const result = await stt.transcribe({ ...request, model: 'gpt-4o-mini-transcribe' }, new AbortController().signal)
  t.equal(result.averageLogProbability?.toFixed(3), '-0.300')
  const form = await server.requests[0]!.form()
  t.equal(form.get('model'), 'gpt-4o-mini-transcribe')
  t.equal(form.get('response_format'), 'json')
  t.equal(form.get('include[]'), 'logprobs')
})

test('a model that refuses the detailed form is asked for the plain one, and remembered', async (t) => {
  const server = await startOpenAiServer(t)
  const stt = openAiStt({ baseUrl: server.baseUrl, apiKey: '', model: 'other' })
  server.answer(refusal(400, { param: 'response_format' }), json({ text: 'One.' }), json({ text: 'Two.' }), json({ text: 'Three.' }))
  t.same(await stt.transcribe(request, new AbortController().signal), { text: 'One.' })
  t.same(await stt.transcribe(request, new AbortController().signal), { text: 'Two.' })
  t.same(await stt.transcribe({ ...request, model: 'whisper-1' }, new AbortController().signal), { text: 'Three.' })
  const formats = await Promise.all(server.requests.map(async (request) => (await request.form()).get('response_format')))
  t.same(formats, ['verbose_json', 'json', 'json', 'verbose_json'])
})

test('what is refused in both forms is the request\'s fault, and nothing is remembered', async (t) => {
  const server = await startOpenAiServer(t)
  const stt = openAiStt({ baseUrl: server.baseUrl, apiKey: '', model: 'm' })
  server.answer(refusal(400), refusal(400), json({ text: 'Yes.' }))
  await t.rejects(stt.transcribe(request, new AbortController().signal), { code: 'provider_rejected' })
  await stt.transcribe(request, new AbortController().signal)
  t.equal((await server.requests[2]!.form()).get('response_format'), 'verbose_json')
})

test('failures and answers without text are errors of the table', async (t) => {
  const server = await startOpenAiServer(t)
  const stt = openAiStt({ baseUrl: server.baseUrl, apiKey: '', model: 'm' })
  server.answer(refusal(500), json({ transcript: 'x' }), bytes('text/html', [Buffer.from('<p>hello</p>')]), json(null))
  for (let i = 0; i < 4; i++) await t.rejects(stt.transcribe(request, new AbortController().signal), { code: 'provider_unavailable' })
})

test('aborting closes the request', async (t) => {
  const server = await startOpenAiServer(t)
  const stt = openAiStt({ baseUrl: server.baseUrl, apiKey: '', model: 'm' })
  server.answer(hang())
  const controller = new AbortController()
  const arrived = server.nextRequest()
  const failed = t.rejects(stt.transcribe(request, controller.signal), new Error('hung up'))
  const { aborted } = await arrived
  controller.abort(new Error('hung up'))
  await failed
  await aborted
})
