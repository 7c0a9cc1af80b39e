import { readFile } from 'node:fs/promises'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { EarshotError, ERRORS, type ErrorCode } from '../errors.ts'

/** The format is described in README.md beside this file. */
export const TAPE_VERSION = 1

const Text = Type.String()
const Ms = Type.Number({ minimum: 0 })

const HeaderSchema = Type.Object({
  type: Type.Literal('header'),
  version: Type.Literal(TAPE_VERSION),
  from: Text,
  to: Text,
  agent: Type.Object({
    sttModel: Text,
    inferenceModel: Text,
    ttsModel: Text,
    ttsVoice: Text,
    systemPrompt: Text,
    greeting: Text,
    temperature: Type.Number(),
    maxTokens: Type.Integer(),
    language: Type.Optional(Text),
    turnTaking: Type.Optional(Type.Record(Text, Type.Unknown()))
  }),
  past: Type.Optional(Type.Array(Type.Object({
    role: Type.Enum(['user', 'assistant', 'system', 'tool']),
    text: Text,
    timestamp: Type.String({ format: 'date-time' }),
    interrupted: Type.Optional(Type.Boolean())
  }))),
  licence: Text
})

const TwilioSchema = Type.Object({
  type: Type.Literal('twilio'),
  atMs: Ms,
  message: Type.Object({ event: Text })
})

const EndSchema = Type.Union([
  Type.Object({ outcome: Type.Enum(['answered', 'aborted']), afterMs: Ms }),
  Type.Object({ outcome: Type.Literal('failed'), afterMs: Ms, code: Type.Enum(Object.keys(ERRORS) as ErrorCode[]) })
])

const SttSchema = Type.Object({
  type: Type.Literal('stt'),
  atMs: Ms,
  request: Type.Object({
    sha256: Text,
    samples: Type.Integer(),
    sampleRateHz: Type.Integer(),
    model: Text,
    language: Type.Optional(Text),
    prompt: Type.Optional(Text)
  }),
  answer: Type.Optional(Type.Object({
    text: Text,
    noSpeechProbability: Type.Optional(Type.Number()),
    averageLogProbability: Type.Optional(Type.Number())
  })),
  end: EndSchema
})

const ToolCallSchema = Type.Object({ id: Text, name: Text, arguments: Text })

const MessageSchema = Type.Union([
  Type.Object({ role: Type.Enum(['system', 'user']), content: Text }),
  Type.Object({ role: Type.Literal('assistant'), content: Text, toolCalls: Type.Optional(Type.Array(ToolCallSchema)) }),
  Type.Object({ role: Type.Literal('tool'), toolCallId: Text, content: Text })
])

const LlmEventSchema = Type.Union([
  Type.Object({ type: Type.Literal('text'), text: Text }),
  Type.Object({ type: Type.Literal('tool_call'), id: Text, name: Text, arguments: Text }),
  Type.Object({ type: Type.Literal('usage'), inputTokens: Type.Number(), outputTokens: Type.Number() })
])

const LlmSchema = Type.Object({
  type: Type.Literal('llm'),
  atMs: Ms,
  request: Type.Object({
    model: Text,
    messages: Type.Array(MessageSchema),
    temperature: Type.Number(),
    maxTokens: Type.Integer(),
    tools: Type.Optional(Type.Array(Type.Object({ name: Text, description: Text, parameters: Type.Record(Text, Type.Unknown()) })))
  }),
  pieces: Type.Array(Type.Object({ afterMs: Ms, event: LlmEventSchema })),
  end: EndSchema
})

const TtsSchema = Type.Object({
  type: Type.Literal('tts'),
  atMs: Ms,
  request: Type.Object({ text: Text, model: Text, voice: Text }),
  pieces: Type.Array(Type.Object({ afterMs: Ms, pcm: Text })),
  end: EndSchema
})

const PhraseEntrySchema = Type.Object({
  type: Type.Literal('phrase'),
  atMs: Ms,
  request: Type.Object({ text: Text, model: Text, voice: Text }),
  mulaw: Text,
  afterMs: Ms
})

const EffectSchema = Type.Union([
  Type.Object({ type: Type.Literal('end_call'), farewell: Type.Optional(Text) }),
  Type.Object({ type: Type.Literal('transfer'), to: Text, announcement: Text }),
  Type.Object({ type: Type.Literal('send_dtmf'), digits: Text })
])

const ToolSchema = Type.Object({
  type: Type.Literal('tool'),
  atMs: Ms,
  request: Type.Object({ name: Text, arguments: Text }),
  answer: Type.Optional(Type.Object({ content: Text, effect: Type.Optional(EffectSchema) })),
  end: EndSchema
})

export type TapeHeader = Static<typeof HeaderSchema>
export type TwilioEntry = Static<typeof TwilioSchema>
export type SttEntry = Static<typeof SttSchema>
export type LlmEntry = Static<typeof LlmSchema>
export type TtsEntry = Static<typeof TtsSchema>
export type TapeEnd = Static<typeof EndSchema>
export type PhraseEntry = Static<typeof PhraseEntrySchema>
export type ToolEntry = Static<typeof ToolSchema>
export type TapeEntry = TwilioEntry | SttEntry | LlmEntry | TtsEntry | PhraseEntry | ToolEntry

/** A recorded call. */
export interface Tape { header: TapeHeader, entries: TapeEntry[] }

/** The entries of one type, in the tape's order. */
export const entriesOf = <Name extends TapeEntry['type']>(tape: Tape, type: Name): Array<Extract<TapeEntry, { type: Name }>> =>
  tape.entries.filter((entry): entry is Extract<TapeEntry, { type: Name }> => entry.type === type)

/** One line of a tape, with its end. */
export const tapeLine = (item: TapeHeader | TapeEntry): string => `${JSON.stringify(item)}\n`

/** @throws {EarshotError} `not_found`; `invalid` as parseTape */
export const readTape = async (path: string): Promise<Tape> => {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => { throw new EarshotError('not_found', `The tape ${path} cannot be read.`, { cause }) })
  return parseTape(text, path)
}

/**
 * Reads a tape.
 * @param name stands before the line's number in errors
 * @throws {EarshotError} `invalid`, with the number of the line and the field that is wrong
 */
export const parseTape = (text: string, name: string): Tape => {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const [first, ...rest] = lines
  const header = checked(validators.header, parseLine(first ?? '', name, 1), name, 1)
  let latestMs = 0
  const entries = rest.map((line, i) => {
    const number = i + 2
    const value = parseLine(line, name, number)
    const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined
    switch (type) {
      case 'stt': return checked(validators.stt, value, name, number)
      case 'llm': return checked(validators.llm, value, name, number)
      case 'tts': return checked(validators.tts, value, name, number)
      case 'tool': return checked(validators.tool, value, name, number)
      case 'phrase': return checked(validators.phrase, value, name, number)
      case 'twilio': {
        const entry = checked(validators.twilio, value, name, number)
        if (entry.atMs < latestMs) throw invalid(name, number, `atMs: must not be before the message of Twilio's before it, at ${latestMs}`)
        latestMs = entry.atMs
        return entry
      }
      default: throw invalid(name, number, 'type: must be twilio, stt, llm, tts, tool or phrase')
    }
  })
  return { header, entries }
}

const validators = {
  header: Compile(HeaderSchema),
  twilio: Compile(TwilioSchema),
  stt: Compile(SttSchema),
  llm: Compile(LlmSchema),
  tts: Compile(TtsSchema),
  tool: Compile(ToolSchema),
  phrase: Compile(PhraseEntrySchema)
}

const parseLine = (line: string, name: string, number: number): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    throw invalid(name, number, 'not JSON')
  }
}

interface Validator<T> {
  Check (value: unknown): value is T
  Errors (value: unknown): Array<{ instancePath: string, message: string }>
}

const checked = <T>(validator: Validator<T>, value: unknown, name: string, number: number): T => {
  if (validator.Check(value)) return value
  const [first] = validator.Errors(value)
  const field = (first?.instancePath ?? '').slice(1).replaceAll('/', '.')
  throw invalid(name, number, `${field === '' ? 'line' : field}: ${first?.message ?? 'is not valid'}`)
}

const invalid = (name: string, line: number, problem: string): EarshotError => new EarshotError('invalid', `${name}:${line}: ${problem}.`)
