import { once } from 'node:events'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'tap'
import { decodeWav } from '../../src/audio/wav.ts'
import { buildTestSpeechApp } from '../support/speech-app.ts'

test('speaks as raw samples or as a WAV file', async (t) => {
  const { app, spoken } = await buildTestSpeechApp(t)
  const speak = async (payload: object) => await app.inject({ method: 'POST', url: '/v1/audio/speech', payload: { model: 'tts-1', voice: 'alloy', input: 'Good morning.', ...payload } })
  const pcm = await speak({ response_format: 'pcm' })
  t.equal(pcm.headers['content-type'], 'audio/pcm')
  const wav = await speak({})
  t.equal(wav.headers['content-type'], 'audio/wav')
  const audio = decodeWav(wav.rawPayload)
  t.match(audio, { sampleRateHz: 24_000, channels: 1 })
  t.equal(Buffer.compare(Buffer.from(audio.pcm.buffer), pcm.rawPayload), 0)
  t.same(spoken, ['Good morning.', 'Good morning.'])
})

test('a client that goes away stops the work', async (t) => {
  const { app, spoken } = await buildTestSpeechApp(t)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const sentences = Array.from({ length: 80 }, (_, i) => `This is sentence number ${i}, of many.`)
  const payload = JSON.stringify({ input: sentences.join(' '), response_format: 'pcm' })
  const closed = new Promise((resolve) => app.server.once('connection', (socket) => socket.once('close', resolve)))
  const client = request({ port, path: '/v1/audio/speech', method: 'POST', headers: { 'content-type': 'application/json' } })
  client.end(payload)
  const [response] = await once(client, 'response')
  response.on('error', () => {})
  await once(response, 'readable')
  client.destroy()
  await closed
  const atClose = spoken.length
  await app.close()
  t.ok(spoken.length <= atClose + 1, `${atClose} at the close, ${spoken.length} at the end`)
  t.ok(spoken.length < sentences.length)
})
