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

test('the first sentence is sent before the second is made, and a client that goes away stops the work', async (t) => {
  let release = () => {}
  const released = new Promise<void>((resolve) => { release = resolve })
  const { app, spoken } = await buildTestSpeechApp(t, { whileSpeaking: async (text) => { if (text.startsWith('Second')) await released } })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const closed = new Promise((resolve) => app.server.once('connection', (socket) => socket.once('close', resolve)))
  const client = request({ port, path: '/v1/audio/speech', method: 'POST', headers: { 'content-type': 'application/json' } })
  client.end(JSON.stringify({ input: 'First sentence. Second sentence. Third sentence.', response_format: 'pcm' }))
  const [response] = await once(client, 'response')
  response.on('error', () => {})
  await once(response, 'readable')
  t.ok(response.read().length > 0)
  client.destroy()
  await closed
  release()
  await app.close()
  t.same(spoken, ['First sentence.', 'Second sentence.'])
})
