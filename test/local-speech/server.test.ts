import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'tap'
import { dbfs, rms } from '../../src/audio/level.ts'
import { decodeMulaw, encodeMulaw } from '../../src/audio/mulaw.ts'
import { resample } from '../../src/audio/resample.ts'
import { openAiLlm } from '../../src/llm/openai.ts'
import { openAiStt } from '../../src/stt/openai.ts'
import { openAiTts } from '../../src/tts/openai.ts'
import { MODELS_DIR, missingModels } from '../support/local-models.ts'
import { wordErrors } from '../../src/replay/word-errors.ts'

const skip = await missingModels()
const telephone = (pcm: Int16Array) => decodeMulaw(encodeMulaw(resample(pcm, 24_000, 8000)))
const live = () => new AbortController().signal

test('the real engines, asked as the gateway asks them', { skip }, async (t) => {
  const parent = spawn(process.execPath, ['--import=tsx', 'test/support/speech-parent.ts', MODELS_DIR], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => parent.kill('SIGKILL'))
  const [line] = await once(parent.stdout.setEncoding('utf8'), 'data') as [string]
  const server = { baseUrl: line.trim(), apiKey: '', model: 'local' }
  const stt = openAiStt(server)
  const tts = openAiTts({ ...server, voice: 'local' })
  const synthesise = async (text: string) => {
    const pcm: number[] = []
    for await (const chunk of tts.synthesize({ text, model: '', voice: '' }, live())) pcm.push(...chunk)
    return Int16Array.from(pcm)
  }
  const recognise = async (pcm: Int16Array) => (await stt.transcribe({ pcm, sampleRateHz: 8000, model: '' }, live())).text

  await t.test('noise has no words', async (t) => {
    let seed = 1
    const noise = Int16Array.from({ length: 16_000 }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return seed % 2000 - 1000
    })
    t.equal(await recognise(noise), '')
  })

  await t.test('what it says it understands, over the telephone and at a telephone\'s level', async (t) => {
    let [errors, words] = [0, 0]
    for (const sentence of ['Your table is booked, and we look forward to seeing you on Friday evening.', 'I am sorry, there was a technical problem.', 'Would you like to leave a message?']) {
      const line = telephone(await synthesise(sentence))
      const counted = wordErrors(await recognise(line), sentence)
      errors += counted.errors
      words += counted.words
      const level = dbfs(rms(line))
      t.ok(level > -24 && level < -18, `${level} dBFS`)
    }
    // Piper speaks a little differently each time; 2 words of 100 were wrong over 40 sentences.
    t.ok(errors / words <= 0.2, `${errors} of ${words} words wrong`)
  })

  await t.test('the receptionist ends the call by its tool', async (t) => {
    const tools = [{ name: 'end_call', description: 'Ends the call.', parameters: { type: 'object', properties: {} } }]
    const events: string[] = []
    for await (const event of openAiLlm(server).stream({ model: '', messages: [{ role: 'user', content: 'Thanks, goodbye.' }], temperature: 0, maxTokens: 50, tools }, live())) {
      events.push(event.type === 'text' ? event.text : event.type === 'tool_call' ? event.name : event.type)
    }
    t.same(events, ['Thank', ' you', ' for', ' calling.', ' Goodbye!', 'end_call', 'usage'])
  })
  await t.test('it ends with its parent, even when that one is killed', async (t) => {
    const socket = connect(Number(new URL(server.baseUrl).port), '127.0.0.1')
    await once(socket, 'connect')
    const closed = new Promise((resolve) => socket.on('error', () => {}).on('close', resolve))
    parent.kill('SIGKILL')
    await closed
    await t.rejects(fetch(server.baseUrl))
  })
})
