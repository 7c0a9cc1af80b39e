import { test } from 'tap'
import { Phrases, type PhraseFiles } from '../../src/call/phrases.ts'
import type { Tts } from '../../src/tts/tts.ts'

const voice = { ttsModel: 'm', ttsVoice: 'v' }

/** Speaks every text as a tone of 10 ms a character; `asked` tells how often. */
const setUp = (options: { maxBytes?: number, files?: PhraseFiles } = {}) => {
  const asked: string[] = []
  const state = { amplitude: 8000, fail: false }
  const tts: Tts = {
    async * synthesize ({ text, model, voice }) {
      asked.push(`${model}/${voice}/${text}`)
      await Promise.resolve()
      if (state.fail) throw new Error('no voice')
      yield Int16Array.from({ length: text.length * 240 }, (_, i) => state.amplitude * Math.sin(i / 5))
    }
  }
  return { asked, state, phrases: new Phrases(tts, options.files, options.maxBytes) }
}

const memoryFiles = () => {
  const files = new Map<string, Uint8Array>()
  const store: PhraseFiles = {
    read: async (key) => files.get(key),
    write: async (key, mulaw) => { files.set(key, mulaw) }
  }
  return { files, store }
}

test('a phrase is synthesised once, however many ask for it, and is then at hand', async (t) => {
  const { asked, phrases } = setUp()
  t.equal(phrases.peek(voice, 'Hello.'), undefined)
  const [one, two] = await Promise.all([phrases.prepare(voice, 'Hello.'), phrases.prepare(voice, 'Hello.')])
  t.equal(one.length, 6 * 80)
  t.equal(one, two)
  t.equal(phrases.peek(voice, 'Hello.'), one)
  t.equal(await phrases.prepare(voice, 'Hello.'), one)
  t.same(asked, ['m/v/Hello.'])
})

test('another voice or model is another phrase, whatever stands in the names', async (t) => {
  const { asked, phrases } = setUp()
  await phrases.prepare({ ttsModel: 'a', ttsVoice: 'b","c' }, 'd')
  await phrases.prepare({ ttsModel: 'a', ttsVoice: 'b' }, 'c","d')
  await phrases.prepare({ ttsModel: '', ttsVoice: 'b' }, 'd')
  t.equal(asked.length, 3)
})

test('a failure is thrown to everybody who waits and not kept', async (t) => {
  const { asked, state, phrases } = setUp()
  state.fail = true
  const both = [phrases.prepare(voice, 'Hello.'), phrases.prepare(voice, 'Hello.')]
  for (const prepared of both) await t.rejects(prepared, { message: 'no voice' })
  state.fail = false
  t.equal((await phrases.prepare(voice, 'Hello.')).length, 480)
  t.equal(asked.length, 2)
})

test('silence is not kept as a phrase: the greeting of every call after would be nothing', async (t) => {
  const { files, store } = memoryFiles()
  const { state, phrases } = setUp({ files: store })
  state.amplitude = 0
  await t.rejects(phrases.prepare(voice, 'Hello.'), { code: 'provider_unavailable' })
  t.equal(files.size, 0)
  state.amplitude = 8000
  await phrases.prepare(voice, 'Hello.')
  const [key] = files.keys()
  files.set(String(key), new Uint8Array(0))
  const next = setUp({ files: store })
  t.equal((await next.phrases.prepare(voice, 'Hello.')).length, 480, 'nor taken from a file that is empty')
})

test('phrases outlive the process in files, and a failing disk only costs a synthesis', async (t) => {
  const { store } = memoryFiles()
  const first = setUp({ files: store })
  const made = await first.phrases.prepare(voice, 'Hello.')
  const second = setUp({ files: store })
  t.same(await second.phrases.prepare(voice, 'Hello.'), made)
  t.same(second.asked, [])
  const broken = setUp({ files: { read: async () => { throw new Error('disk') }, write: async () => { throw new Error('disk') } } })
  t.same(await broken.phrases.prepare(voice, 'Hello.'), made)
  t.equal(broken.phrases.peek(voice, 'Hello.')?.length, made.length)
})

test('a disk that never finishes writing holds nobody up', async (t) => {
  const { phrases } = setUp({ files: { read: async () => undefined, write: () => new Promise(() => {}) } })
  t.equal((await phrases.prepare(voice, 'Hello.')).length, 480)
})

test('memory is bounded: what was not used for longest goes first', async (t) => {
  const { asked, phrases } = setUp({ maxBytes: 3 * 800 })
  for (const text of ['a'.repeat(10), 'b'.repeat(10), 'c'.repeat(10)]) await phrases.prepare(voice, text)
  phrases.peek(voice, 'a'.repeat(10))
  await phrases.prepare(voice, 'd'.repeat(10))
  t.equal(phrases.peek(voice, 'b'.repeat(10)), undefined)
  for (const letter of 'acd') t.ok(phrases.peek(voice, letter.repeat(10)), letter)
  t.equal((await phrases.prepare(voice, 'e'.repeat(100))).length, 8000, 'one that is larger than all of it')
  t.equal(phrases.peek(voice, 'd'.repeat(10)), undefined)
  await phrases.prepare(voice, 'f')
  t.equal(phrases.peek(voice, 'e'.repeat(100)), undefined)
  t.equal(asked.length, 6)
})
