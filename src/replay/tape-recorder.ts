import { createHash } from 'node:crypto'
import type { PhraseBook, VoiceName } from '../call/phrases.ts'
import type { CallTools } from '../call/tools/index.ts'
import type { ToolOutcome } from '../call/tools/tool.ts'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Llm, LlmEvent } from '../llm/llm.ts'
import type { Stt, SttRequest, SttResult } from '../stt/stt.ts'
import type { Tts } from '../tts/tts.ts'
import type { SttEntry, TapeEnd, TapeEntry, TwilioEntry } from './tape.ts'

export interface Providers { stt: Stt, llm: Llm, tts: Tts }

/**
 * The same providers, noting every request with what came back and when. An entry is written when its request has ended.
 * @param startedAtMs the clock's time that the tape counts from
 */
export const recordProviders = ({ stt, llm, tts }: Providers, clock: Clock, startedAtMs: number, write: (entry: TapeEntry) => void): Providers => {
  const sinceStart = () => round(clock.now() - startedAtMs)
  return {
    stt: {
      transcribe: async (request, signal) => {
        const atMs = sinceStart()
        const note = (end: TapeEnd['outcome'] | EarshotError, answer?: SttResult) => write({ type: 'stt', atMs, request: sttKey(request), ...(answer && { answer }), end: endOf(end, sinceStart() - atMs) })
        try {
          const answer = await stt.transcribe(request, signal)
          note('answered', answer)
          return answer
        } catch (error) {
          note(signal.aborted ? 'aborted' : asEarshotError(error))
          throw error
        }
      }
    },
    llm: {
      stream: (request, signal) => recorded(llm.stream(request, signal), signal, sinceStart, (atMs, pieces, end) => write({
        type: 'llm', atMs, request, pieces: pieces.map(({ afterMs, piece }) => ({ afterMs, event: piece })), end
      }))
    },
    tts: {
      synthesize: (request, signal) => recorded(tts.synthesize(request, signal), signal, sinceStart, (atMs, pieces, end) => write({
        type: 'tts', atMs, request, pieces: pieces.map(({ afterMs, piece }) => ({ afterMs, pcm: toBase64(piece) })), end
      }))
    }
  }
}

/** The same tools, noting each run with what the model was told. */
export const recordTools = (toolBox: CallTools, clock: Clock, startedAtMs: number, write: (entry: TapeEntry) => void): CallTools => ({
  tools: toolBox.tools,
  run: async (call, signal) => {
    const atMs = round(clock.now() - startedAtMs)
    const note = (outcome: TapeEnd['outcome'], answer?: ToolOutcome) => write({ type: 'tool', atMs, request: { name: call.name, arguments: call.arguments }, ...(answer && { answer }), end: endOf(outcome, clock.now() - startedAtMs - atMs) })
    try {
      const answer = await toolBox.run(call, signal)
      note('answered', answer)
      return answer
    } catch (error) {
      note('aborted')
      throw error
    }
  }
})

/** The same phrases, noting each that was said and how long it took to get: no time when it was at hand. */
export const recordPhrases = (phrases: PhraseBook, clock: Clock, startedAtMs: number, write: (entry: TapeEntry) => void): PhraseBook => {
  const note = ({ ttsModel, ttsVoice }: VoiceName, text: string, askedAtMs: number, mulaw: Uint8Array) => write({
    type: 'phrase',
    atMs: round(askedAtMs - startedAtMs),
    request: { text, model: ttsModel, voice: ttsVoice },
    mulaw: Buffer.from(mulaw).toString('base64'),
    afterMs: round(clock.now() - askedAtMs)
  })
  return {
    peek: (voice, text) => {
      const mulaw = phrases.peek(voice, text)
      if (mulaw !== undefined) note(voice, text, clock.now(), mulaw)
      return mulaw
    },
    prepare: async (voice, text) => {
      const askedAtMs = clock.now()
      const mulaw = await phrases.prepare(voice, text)
      note(voice, text, askedAtMs, mulaw)
      return mulaw
    }
  }
}

/**
 * A message of Twilio's for the tape, without the stream's token: a secret, and of no use in a replay. Undefined: no JSON object with an event.
 * @param text as it came
 */
export const twilioEntry = (text: string, atMs: number): TwilioEntry | undefined => {
  const message = parseMessage(text)
  return message && { type: 'twilio', atMs: round(atMs), message }
}

/** What a request to recognise is known by: the audio itself is in Twilio's messages. */
export const sttKey = ({ pcm, ...rest }: SttRequest): SttEntry['request'] => ({
  sha256: createHash('sha256').update(bytesOf(pcm)).digest('hex'),
  samples: pcm.length,
  ...rest
})

/** PCM16 little endian, as every machine this runs on has it. */
export const fromBase64 = (text: string): Int16Array => {
  const bytes = Buffer.from(text, 'base64')
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length - bytes.length % 2))
}

const bytesOf = (pcm: Int16Array): Buffer => Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength)
const toBase64 = (pcm: Int16Array): string => bytesOf(pcm).toString('base64')

type Note<Piece> = (atMs: number, pieces: Array<{ afterMs: number, piece: Piece }>, end: TapeEnd) => void

/** Hands a stream on, piece by piece, and tells it whole when it is over, whoever ended it. */
async function * recorded<Piece extends LlmEvent | Int16Array> (source: AsyncIterable<Piece>, signal: AbortSignal, sinceStart: () => number, note: Note<Piece>): AsyncGenerator<Piece, void, undefined> {
  const atMs = sinceStart()
  const pieces: Array<{ afterMs: number, piece: Piece }> = []
  let end: TapeEnd['outcome'] | EarshotError = 'aborted'
  try {
    for await (const piece of source) {
      pieces.push({ afterMs: round(sinceStart() - atMs), piece: copyOf(piece) })
      yield piece
    }
    end = 'answered'
  } catch (error) {
    if (!signal.aborted) end = asEarshotError(error)
    throw error
  } finally {
    note(atMs, pieces, endOf(end, sinceStart() - atMs))
  }
}

const parseMessage = (text: string): TwilioEntry['message'] | undefined => {
  try {
    const value: unknown = JSON.parse(text, text.includes('"token"') ? (name, inner: unknown) => name === 'token' ? undefined : inner : undefined)
    return typeof value === 'object' && value !== null && 'event' in value && typeof value.event === 'string' ? { ...value, event: value.event } : undefined
  } catch {
    return undefined
  }
}

/** The provider may use its buffer again. */
const copyOf = <Piece extends LlmEvent | Int16Array>(piece: Piece): Piece => piece instanceof Int16Array ? piece.slice() as typeof piece : piece

const endOf = (end: TapeEnd['outcome'] | EarshotError, afterMs: number): TapeEnd => {
  if (end instanceof EarshotError) return { outcome: 'failed', afterMs: round(afterMs), code: end.code }
  return end === 'failed' ? { outcome: end, afterMs: round(afterMs), code: 'internal' } : { outcome: end, afterMs: round(afterMs) }
}

const asEarshotError = (error: unknown): EarshotError => error instanceof EarshotError ? error : new EarshotError('internal')

/** To a microsecond: eighths of a millisecond, the length of a sample, stay exact. */
const round = (ms: number): number => Math.round(ms * 1000) / 1000
