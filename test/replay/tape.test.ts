import fc from 'fast-check'
import { test } from 'tap'
import { ERRORS, type ErrorCode } from '../../src/errors.ts'
import { parseTape, tapeLine, type TapeEntry } from '../../src/replay/tape.ts'
import { header } from '../support/tape-header.ts'

const ms = fc.integer({ min: 0, max: 36_000_000 }).map((tenths) => tenths / 10)
const text = fc.string({ unit: 'grapheme' })
const end: fc.Arbitrary<Extract<TapeEntry, { type: 'stt' }>['end']> = fc.oneof(
  fc.record({ outcome: fc.constantFrom('answered' as const, 'aborted' as const), afterMs: ms }),
  fc.record({ outcome: fc.constant('failed' as const), afterMs: ms, code: fc.constantFrom(...Object.keys(ERRORS) as ErrorCode[]) })
)
const toolCall = fc.record({ id: text, name: text, arguments: text })
const message = fc.oneof(
  fc.record({ role: fc.constantFrom('system' as const, 'user' as const), content: text }),
  fc.record({ role: fc.constant('assistant' as const), content: text, toolCalls: fc.array(toolCall, { maxLength: 2 }) }),
  fc.record({ role: fc.constant('tool' as const), toolCallId: text, content: text })
)
const event = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text }),
  toolCall.map((call) => ({ type: 'tool_call' as const, ...call })),
  fc.record({ type: fc.constant('usage' as const), inputTokens: fc.nat(), outputTokens: fc.nat() })
)
const provider: fc.Arbitrary<TapeEntry> = fc.oneof(
  fc.record({
    type: fc.constant('stt' as const),
    atMs: ms,
    request: fc.record({ sha256: text, samples: fc.nat(), sampleRateHz: fc.nat(), model: text, language: text }),
    answer: fc.record({ text, noSpeechProbability: fc.double({ min: 0, max: 1, noNaN: true }).map((share) => share + 0) }),
    end
  }),
  fc.record({
    type: fc.constant('llm' as const),
    atMs: ms,
    request: fc.record({ model: text, messages: fc.array(message, { maxLength: 4 }), temperature: fc.integer(), maxTokens: fc.nat() }),
    pieces: fc.array(fc.record({ afterMs: ms, event }), { maxLength: 4 }),
    end
  }),
  fc.record({
    type: fc.constant('tts' as const),
    atMs: ms,
    request: fc.record({ text, model: text, voice: text }),
    pieces: fc.array(fc.record({ afterMs: ms, pcm: fc.base64String() }), { maxLength: 3 }),
    end
  }),
  fc.record({ type: fc.constant('phrase' as const), atMs: ms, request: fc.record({ text, model: text, voice: text }), mulaw: fc.base64String(), afterMs: ms })
)
const entries = fc.tuple(fc.array(fc.record({ atMs: ms, message: fc.record({ event: text, streamSid: text }) }), { maxLength: 5 }), fc.array(provider, { maxLength: 5 }))
  .map(([twilio, providers]): TapeEntry[] => [
    ...twilio.sort((a, b) => a.atMs - b.atMs).map(({ atMs, message }) => ({ type: 'twilio' as const, atMs, message })),
    ...providers
  ])

test('a tape that was written is read as it was', async (t) => {
  fc.assert(fc.property(entries, (entries) => {
    const written = [header, ...entries].map(tapeLine).join('')
    const read = parseTape(written, 'x')
    return [read.header, ...read.entries].map(tapeLine).join('') === written && read.entries.length === entries.length
  }), { numRuns: 200 })
  t.pass()
})

test('what is wrong is told with its line and field', async (t) => {
  const twilio = (atMs: number) => tapeLine({ type: 'twilio', atMs, message: { event: 'connected' } })
  const wrong: Array<[string, RegExp]> = [
    ['', /^x:1: not JSON\.$/],
    [tapeLine({ ...header, version: 2 as 1 }), /^x:1: version: must be/],
    [twilio(0), /^x:1: .*\.$/],
    [tapeLine(header) + twilio(5) + '{"type":', /^x:3: not JSON/],
    [tapeLine(header) + '\n' + twilio(5), /^x:2: not JSON/],
    [tapeLine(header) + '{"type":"video"}\n', /^x:2: type: must be twilio, stt, llm, tts, tool or phrase/],
    [tapeLine(header) + '[]\n', /^x:2: type: must be/],
    [tapeLine(header) + twilio(5) + twilio(4), /^x:3: atMs: must not be before/],
    [tapeLine(header) + '{"type":"twilio","atMs":-1,"message":{"event":"x"}}', /^x:2: atMs: must be >= 0/],
    [tapeLine(header) + '{"type":"twilio","atMs":1,"message":"x"}', /^x:2: message: must be object/],
    [tapeLine(header) + '{"type":"tts","atMs":1,"request":{"text":"a","model":"","voice":1},"pieces":[],"end":{"outcome":"answered","afterMs":1}}', /^x:2: request.voice: must be string/]
  ]
  for (const [content, message] of wrong) t.throws(() => parseTape(content, 'x'), { code: 'invalid', message }, String(message))
})

test('unknown fields are left alone', async (t) => {
  const { entries } = parseTape(tapeLine(header) + '{"type":"twilio","atMs":1,"message":{"event":"start","start":{"new":1}},"later":true}', 'x')
  t.match(entries[0], { message: { start: { new: 1 } } })
})
