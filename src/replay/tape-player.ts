import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { SttResult } from '../stt/stt.ts'
import { sleep } from './sleep.ts'
import { fromBase64, sttKey, type Providers } from './tape-recorder.ts'
import { entriesOf, type Tape, type TapeEnd } from './tape.ts'

/**
 * Providers that answer what they answered when the tape was recorded, with the same timing. A request is answered by the recorded one that asked
 * the same; when the gateway asks something else than it did then, by the next answer nobody has asked for.
 */
export const tapeProviders = (tape: Tape, clock: Clock): Providers => {
  const heard = new AnswerBook(entriesOf(tape, 'stt'), ({ request }) => request.sha256)
  const replied = new AnswerBook(entriesOf(tape, 'llm'), ({ request }) => JSON.stringify(request.messages))
  const spoken = new AnswerBook(entriesOf(tape, 'tts'), ({ request }) => request.text)
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
        const { pieces, end } = spoken.take(request.text, 'speech')
        for await (const { pcm } of given(clock, pieces, end, signal)) yield fromBase64(pcm)
      }
    }
  }
}

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

  take (key: string, what: string): Entry {
    const asked = (entry: Entry) => this.#keyOf(entry) === key
    const entry = this.#unused.find(asked) ?? this.#all.find(asked) ?? this.#unused[0]
    if (entry === undefined) throw new EarshotError('provider_rejected', `The tape holds no ${what} for this request.`)
    if (this.#unused.includes(entry)) this.#unused.splice(this.#unused.indexOf(entry), 1)
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
  if (end.outcome === 'aborted') throw new EarshotError('provider_unavailable', 'The recorded answer was broken off here.')
}
