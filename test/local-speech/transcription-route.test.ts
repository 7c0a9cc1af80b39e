import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type Test } from 'tap'
import { decodeMulaw } from '../../src/audio/mulaw.ts'
import { encodeWav } from '../../src/audio/wav.ts'
import { loadRecogniser } from '../../src/local-speech/engine.ts'
import { MODELS_DIR, missingModels } from '../support/local-models.ts'
import { buildTestSpeechApp } from '../support/speech-app.ts'
import { wordErrors } from '../../src/replay/word-errors.ts'

const CALLERS = 'fixtures/callers'
/** The recogniser knows English only. */
const OTHER_LANGUAGES = ['french', 'spanish']

const skip = await missingModels()

const tone = (samples: number) => Int16Array.from({ length: samples }, (_, i) => Math.round(3000 * Math.sin(i / 5)))
const second = encodeWav(tone(8000), { sampleRateHz: 8000, channels: 1 })

async function setup (t: Test, engines: Parameters<typeof buildTestSpeechApp>[1] = {}) {
  const { app, heard } = await buildTestSpeechApp(t, engines)
  const send = async (fields: Record<string, string>, file?: Uint8Array) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.set(name, value)
    if (file !== undefined) form.set('file', new File([file], 'speech.wav'))
    const request = new Request('http://localhost', { method: 'POST', body: form })
    return await app.inject({ method: 'POST', url: '/v1/audio/transcriptions', headers: { 'content-type': request.headers.get('content-type') ?? '' }, payload: Buffer.from(await request.arrayBuffer()) })
  }
  return { app, heard, send }
}

test('answers in the asked form', async (t) => {
  const { send, heard } = await setup(t)
  t.same((await send({ model: 'whisper-1', prompt: 'x' }, second)).json(), { text: 'Hello.' })
  t.same((await send({ response_format: 'json', language: 'en' }, second)).json(), { text: 'Hello.' })
  t.equal((await send({ response_format: 'text' }, second)).body, 'Hello.\n')
  t.same((await send({ response_format: 'verbose_json' }, second)).json(), {
    task: 'transcribe', language: 'english', duration: 1, text: 'Hello.', segments: [{ id: 0, start: 0, end: 1, text: 'Hello.' }]
  })
  t.same(heard, [1, 1, 1, 1], 'the recogniser gets all of it, at its own rate')
})

test('hears nothing where the recogniser makes something up', async (t) => {
  const { send } = await setup(t, { words: 'You' })
  t.match((await send({ response_format: 'verbose_json' }, second)).json(), { text: '', segments: [] })
})

test('takes other rates, and the first channel of a stereo file', async (t) => {
  const { send, heard } = await setup(t)
  t.equal((await send({}, encodeWav(tone(2 * 44_100), { sampleRateHz: 44_100, channels: 2 }))).statusCode, 200)
  t.ok(Math.abs(heard[0]! - 1) < 0.001)
})

test('says what is wrong with a request', async (t) => {
  const { app, send } = await setup(t)
  const wrong = async (message: RegExp, response: Promise<{ statusCode: number, json: () => unknown }>) => {
    const { statusCode, json } = await response
    t.equal(statusCode, 400)
    t.match(json(), { error: { message } })
  }
  await wrong(/^file is missing/, send({}))
  await wrong(/^response_format must be one of json/, send({ response_format: 'srt' }, second))
  await wrong(/^language must be en/, send({ language: 'es' }, second))
  await wrong(/WAV/, send({}, new Uint8Array(100)))
  await wrong(/sample rate/, send({}, encodeWav(tone(100), { sampleRateHz: 7919, channels: 1 })))
  await wrong(/multipart/, app.inject({ method: 'POST', url: '/v1/audio/transcriptions', payload: { file: 'x' } }))
  await wrong(/well-formed/, app.inject({ method: 'POST', url: '/v1/audio/transcriptions', headers: { 'content-type': 'multipart/form-data; boundary=x' }, payload: 'nothing' }))
})

test('of the recorded callers\' words at most 15 of 100 are wrong, and music has none', { skip }, async (t) => {
  const { send } = await setup(t, { recogniser: await loadRecogniser(MODELS_DIR) })
  const names = readdirSync(CALLERS).filter((name) => name.endsWith('.ulaw')).map((name) => name.slice(0, -5)).filter((name) => !OTHER_LANGUAGES.includes(name))
  t.ok(names.length >= 20)
  let [errors, words] = [0, 0]
  for (const name of names) {
    const said = readFileSync(join(CALLERS, `${name}.txt`), 'utf8').trim()
    const wav = encodeWav(decodeMulaw(readFileSync(join(CALLERS, `${name}.ulaw`))), { sampleRateHz: 8000, channels: 1 })
    const { text } = (await send({}, wav)).json()
    if (said === '') t.equal(text, '', name)
    const counted = wordErrors(text, said)
    errors += counted.errors
    words += counted.words
  }
  t.ok(errors / words <= 0.15, `${errors} of ${words} words wrong`)
})
