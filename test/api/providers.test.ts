import { test } from 'tap'
import { buildApi } from '../support/api.ts'

test('what has neither a key nor an address is served by the gateway itself', async (t) => {
  const ann = await (await buildApi(t)).user('ann')
  t.same((await ann.send('GET', '/api/providers')).body, { success: true, providers: { stt: 'local', llm: 'local', tts: 'local' } })
  const bob = await (await buildApi(t, { LLM_API_KEY: 'key', TTS_BASE_URL: 'https://voice.example.org/v1' })).user('bob')
  t.same((await bob.send('GET', '/api/providers')).body.providers, { stt: 'local', llm: 'connected', tts: 'connected' })
})
