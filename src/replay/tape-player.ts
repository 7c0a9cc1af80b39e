import { Phrases, type VoiceName } from '../call/phrases.ts'
import type { CallTools } from '../call/tools/index.ts'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { SttResult } from '../stt/stt.ts'
import type { StreamRecorder } from '../twilio/stream-recorder.ts'
import { SimulatedTts } from './simulated-tts.ts'
import { sleep } from '../sleep.ts'
import { fromBase64, sttKey, type Providers } from './tape-recorder.ts'
import { entriesOf, type PhraseEntry, type Tape, type TapeEnd } from './tape.ts'

/**
 * Providers that answer what they answered when the tape was recorded, with the same timing. A request is answered by the recorded one that asked
 * the same. When the gateway asks something else than it did then, the next answer nobody has asked for must do; a text that was not spoken then is
 * spoken by a simulated voice.
 */
export const tapeProviders = (tape: Tape, clock: Clock): Providers => {
  const heard = new AnswerBook(entriesOf(tape, 'stt'), ({ request }) => request.sha256)
  const replied = new AnswerBook(entriesOf(tape, 'llm'), ({ request }) => JSON.stringify(request.messages))
  const spoken = new AnswerBook(entriesOf(tape, 'tts'), ({ request }) => request.text)
  const otherwise = new SimulatedTts({ clock })
  return {
    stt: {
      transcribe: async (request, signal) => {
        const { answer, end } = heard.take(sttKey(request).sha256, 'recognition')
        const results: SttResult[] = []
        for await (const { piece } of given(clock, answer === undefined ? [] : [{ afterMs: end.afterMs, piece: answer }], end, signal)) results.push(piece)
        return results[0] ?? { text: '' }
      }
    },
    llm: {
      async * stream (request, signal) {
        const { pieces, end } = replied.take(JSON.stringify(request.messages), 'reply')
        for await (const { event } of given(clock, pieces, end, signal)) yield event
      }
    },
    tts: {
      async * synthesize (request, signal) {
        const known = spoken.takeSame(request.text)
        if (known === undefined) return yield * otherwise.synthesize(request, signal)
        for await (const { pcm } of given(clock, known.pieces, known.end, signal)) yield fromBase64(pcm)
      }
    }
  }
}

/** The tools of a tape: each run is answered as it was then, and does nothing. */
const tapeTools = (tape: Tape, clock: Clock): CallTools => {
  const ran = new AnswerBook(entriesOf(tape, 'tool'), ({ request }) => `${request.name} ${request.arguments}`)
  return {
    tools: entriesOf(tape, 'llm')[0]?.request.tools ?? [],
    run: async (call, signal) => {
      const { answer, end } = ran.take(`${call.name} ${call.arguments}`, 'run of a tool')
      await given(clock, [], end, signal).next()
      return answer ?? { content: '' }
    }
  }
}

/** Has every call of a gateway use the tape's tools in place of its agent's own. @param recorder whoever else keeps what goes on in calls */
export const withTapeTools = (tape: Tape, clock: Clock, recorder?: StreamRecorder): StreamRecorder => ({
  follow: () => {
    const tap = recorder?.follow()
    return {
      received: (text, message) => tap?.received(text, message),
      sentAudio: (mulaw) => tap?.sentAudio(mulaw),
      sentMark: (name) => tap?.sentMark(name),
      sentClear: () => tap?.sentClear(),
      begin: (call, agent, settings, voices) => ({ ...tap?.begin(call, agent, settings, voices) ?? voices, toolBox: tapeTools(tape, clock) }),
      happened: (event) => tap?.happened(event),
      close: () => tap?.close()
    }
  }
})

/** The phrases of a tape, as soon at hand as they were; others are made by a simulated voice. */
export class TapePhrases extends Phrases {
  readonly #clock: Clock
  readonly #entries: PhraseEntry[]

  constructor (tape: Tape, clock: Clock) {
    super(new SimulatedTts({ clock }))
    this.#clock = clock
    this.#entries = entriesOf(tape, 'phrase')
  }

  override peek (voice: VoiceName, text: string): Uint8Array | undefined {
    const [first] = this.#of(text)
    if (first === undefined) return super.peek(voice, text)
    return first.afterMs === 0 ? Buffer.from(first.mulaw, 'base64') : undefined
  }

  override async prepare (voice: VoiceName, text: string): Promise<Uint8Array> {
    const [first] = this.#of(text)
    if (first === undefined) return await super.prepare(voice, text)
    await sleep(this.#clock, first.afterMs)
    return Buffer.from(first.mulaw, 'base64')
  }

  #of (text: string): PhraseEntry[] { return this.#entries.filter(({ request }) => request.text === text) }
}

/**
 * What would have followed an answer that the gateway broke off is not known. It is kept waiting this long, in which it breaks off again if it does as
 * it did then; otherwise the provider counts as too slow.
 */
const MISSING_REST_MS = 5000

/** Recorded answers by what was asked. Whole answers go first: one that was broken off then need not be now. */
class AnswerBook<Entry extends { end: TapeEnd }> {
  readonly #unused: Entry[]
  readonly #all: Entry[]
  readonly #keyOf: (entry: Entry) => string

  constructor (entries: Entry[], keyOf: (entry: Entry) => string) {
    this.#all = [...entries].sort((a, b) => Number(a.end.outcome === 'aborted') - Number(b.end.outcome === 'aborted'))
    this.#unused = [...this.#all]
    this.#keyOf = keyOf
  }

  /** The answer to the same question; the last one again when it is asked more often than it was. */
  takeSame (key: string): Entry | undefined {
    const asked = (entry: Entry) => this.#keyOf(entry) === key
    return this.#use(this.#unused.find(asked)) ?? this.#all.findLast(asked)
  }

  /** The answer to the same question, or else the next one. @throws {EarshotError} `provider_rejected` when there are no more */
  take (key: string, what: string): Entry {
    const entry = this.takeSame(key) ?? this.#use(this.#unused[0])
    if (entry === undefined) throw new EarshotError('provider_rejected', `The tape holds no ${what} for this request.`)
    return entry
  }

  #use (entry: Entry | undefined): Entry | undefined {
    if (entry !== undefined) this.#unused.splice(this.#unused.indexOf(entry), 1)
    return entry
  }
}

async function * given<Piece extends { afterMs: number }> (clock: Clock, pieces: Piece[], end: TapeEnd, signal: AbortSignal): AsyncGenerator<Piece, void, undefined> {
  const startMs = clock.now()
  const until = async (afterMs: number) => { await sleep(clock, Math.max(0, startMs + afterMs - clock.now()), signal) }
  for (const piece of pieces) {
    await until(piece.afterMs)
    yield piece
  }
  await until(end.afterMs)
  if (end.outcome === 'failed') throw new EarshotError(end.code)
  if (end.outcome !== 'aborted') return
  await until(end.afterMs + MISSING_REST_MS)
  throw new EarshotError('provider_timeout', 'The recorded answer was broken off before this.')
}
