import { test } from 'tap'
import { systemClock } from '../src/clock.ts'
import { parseConfig } from '../src/config.ts'
import { createProviders, needsLocalSpeech, type ProviderStage } from '../src/providers.ts'
import type { Use } from '../src/usage.ts'
import { bytes, events, json, refusal, startOpenAiServer } from './support/openai-server.ts'

const { signal } = new AbortController()
const speech = { pcm: new Int16Array(800), sampleRateHz: 8000, model: '' }
const question = { model: '', messages: [{ role: 'user' as const, content: 'Hello' }], temperature: 0, maxTokens: 10 }
const hello = events([{ choices: [{ index: 0, delta: { content: 'Hi.' }, finish_reason: null }] }, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }])
const sound = bytes('audio/pcm', [new Uint8Array([1, 0, 2, 0])])

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

const providersOf = (env: Record<string, string>, localSpeechUrl = async (): Promise<string> => { throw new Error('not started') }) => {
  const failures: Array<[ProviderStage, string, string]> = []
  const uses: Use[] = []
  const providers = createProviders(parseConfig(env), {
    clock: systemClock,
    localSpeechUrl,
    onFailure: (stage, { provider, error }) => { failures.push([stage, provider, error.code]) },
    meter: { end: (use) => { uses.push(use) } }
  })
  return { ...providers, failures, uses }
}

test('each stage asks its own server, with its own key, model and voice', async (t) => {
  const [ears, brain, mouth] = [await startOpenAiServer(t), await startOpenAiServer(t), await startOpenAiServer(t)]
  ears.answer(json({ text: 'Hello' }))
  brain.answer(hello)
  mouth.answer(sound)
  const { stt, llm, tts } = providersOf({
    OPENAI_API_KEY: 'shared-key',
    STT_BASE_URL: ears.baseUrl,
    STT_MODEL: 'ears-1',
    LLM_BASE_URL: brain.baseUrl,
    LLM_API_KEY: 'brain-key',
    LLM_MODEL: 'brain-1',
    TTS_BASE_URL: mouth.baseUrl,
    TTS_VOICE: 'nova'
  })
  t.equal((await stt.transcribe(speech, signal)).text, 'Hello')
  t.match(await collect(llm.stream(question, signal)), [{ type: 'text', text: 'Hi.' }])
  t.equal((await collect(tts.synthesize({ text: 'Hi.', model: '', voice: '' }, signal))).length, 1)

  t.equal(ears.requests[0]?.headers.authorization, 'Bearer shared-key')
  t.equal((await ears.requests[0]?.form())?.get('model'), 'ears-1')
  t.equal(brain.requests[0]?.headers.authorization, 'Bearer brain-key')
  t.match(brain.requests[0]?.json(), { model: 'brain-1' })
  t.match(mouth.requests[0]?.json(), { voice: 'nova', model: 'gpt-4o-mini-tts' })
})

test('the second provider stands in, with its own model and voice, and the failure is told', async (t) => {
  const [broken, spare] = [await startOpenAiServer(t), await startOpenAiServer(t)]
  broken.answer(refusal(401))
  spare.answer(sound)
  const { tts, failures, uses } = providersOf({ TTS_BASE_URL: broken.baseUrl, TTS_FALLBACK_BASE_URL: spare.baseUrl, TTS_FALLBACK_MODEL: 'spare-1', TTS_FALLBACK_VOICE: 'plain' })
  await collect(tts.synthesize({ text: 'Hi.', model: 'fine-1', voice: 'fancy' }, signal))
  t.match(broken.requests[0]?.json(), { model: 'fine-1', voice: 'fancy' })
  t.match(spare.requests[0]?.json(), { model: 'spare-1', voice: 'plain' })
  t.same(failures, [['tts', 'primary', 'provider_rejected']])
  t.match(uses, [{ requests: 0 }, { provider: new URL(spare.baseUrl).host, model: 'spare-1', requests: 1, characters: 3 }], 'only what served is paid for')
})

test('an answer that does not come within the stage\'s time is given up', async (t) => {
  const slow = await startOpenAiServer(t)
  slow.answer(() => {})
  const { stt, failures } = providersOf({ STT_BASE_URL: slow.baseUrl, STT_TIMEOUT_MS: '20' })
  await t.rejects(stt.transcribe(speech, signal), { code: 'provider_timeout' })
  t.equal(failures[0]?.[2], 'provider_timeout')
})

test('a stage without key and address is served by the local speech server, once that is there', async (t) => {
  const local = await startOpenAiServer(t)
  local.answer(json({ text: 'Hello' }))
  let starts = 0
  const { stt } = providersOf({}, async () => {
    if (++starts === 1) throw new Error('still loading')
    return local.baseUrl
  })
  await t.rejects(stt.transcribe(speech, signal))
  await stt.transcribe(speech, signal)
  await stt.transcribe(speech, signal)
  t.equal(starts, 2, 'a failed start is tried again, a good one is kept')
  t.equal(local.requests.length, 2)
})

test('which configurations need the local speech server', async (t) => {
  const needs = (env: Record<string, string>) => needsLocalSpeech(parseConfig(env))
  t.ok(needs({}))
  t.ok(needs({ LLM_BASE_URL: 'http://localhost:11434/v1' }), 'a language model alone leaves ears and voice to it')
  t.notOk(needs({ OPENAI_API_KEY: 'key' }))
  t.notOk(needs({ STT_API_KEY: 'key', LLM_BASE_URL: 'http://localhost:11434/v1', TTS_API_KEY: 'key' }))
})
