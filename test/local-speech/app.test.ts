import { test } from 'tap'
import { buildTestSpeechApp } from '../support/speech-app.ts'

test('lists its models', async (t) => {
  const { app } = await buildTestSpeechApp(t)
  const { data } = (await app.inject('/v1/models')).json()
  t.same(data.map(({ id }: { id: string }) => id), ['moonshine-tiny-en', 'piper-en-us-joe', 'echo'])
})

test('refuses in OpenAI\'s form, with the field', async (t) => {
  const { app } = await buildTestSpeechApp(t)
  const cases = [
    [{ url: '/v1/audio/speech', payload: {} }, 400, 'input'],
    [{ url: '/v1/audio/speech', payload: { input: 'Hi', response_format: 'mp3' } }, 400, 'response_format'],
    [{ url: '/v1/chat/completions', payload: { messages: 'Hi' } }, 400, 'messages'],
    [{ url: '/v1/chat/completions', payload: { messages: [{ content: 'Hi' }] } }, 400, 'role'],
    [{ url: '/v1/chat/completions', payload: '{', headers: { 'content-type': 'application/json' } }, 400, null]
  ] as const
  for (const [request, status, param] of cases) {
    const response = await app.inject({ method: 'POST', ...request })
    t.equal(response.statusCode, status)
    t.match(response.json(), { error: { type: 'invalid_request_error', param, message: String } })
  }
  t.equal((await app.inject('/v1/nothing')).statusCode, 404)
})
