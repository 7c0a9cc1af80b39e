import { diffLines } from 'diff'
import { createHash } from 'node:crypto'
import type { CallEvent } from '../call/events.ts'
import type { Clock } from '../clock.ts'
import type { StreamRecorder, StreamTap } from '../twilio/stream-recorder.ts'

/**
 * Writes down what a call comes to, one line each: every frame of the agent's audio by time, length and hash, every `clear`, every turn, and what the
 * engine made of it (barge-ins, retractions, failures). Two calls that are alike give the same text.
 */
export class GoldenRecorder implements StreamRecorder {
  readonly #clock: Clock
  readonly #lines: string[] = []

  constructor (clock: Clock) {
    this.#clock = clock
  }

  get text (): string { return `${HEADING}\n${this.#lines.join('\n')}\n` }

  follow (): StreamTap {
    const startedAtMs = this.#clock.now()
    const note = (...words: Array<string | number>) => { this.#lines.push([((this.#clock.now() - startedAtMs) / 1000).toFixed(3).padStart(9), ...words].join(' ')) }
    return {
      received: () => {},
      sentAudio: (mulaw) => note('audio', mulaw.length, createHash('sha256').update(mulaw).digest('hex').slice(0, HASH_CHARACTERS)),
      sentMark: () => {},
      sentClear: () => note('clear'),
      begin: (_call, _agent, _settings, voices) => voices,
      happened: (event) => {
        const words = wordsOf(event)
        if (words !== undefined) note(...words)
      },
      close: () => {}
    }
  }
}

const HEADING = '# seconds since the stream began, and what happened: audio BYTES SHA-256, clear, turns, events'
/** 64 bits: enough to tell one frame from another. */
const HASH_CHARACTERS = 16

const wordsOf = (event: CallEvent): Array<string | number> | undefined => {
  switch (event.type) {
    case 'turn': return [`${event.turn.role}:`, JSON.stringify(event.turn.text), ...(event.turn.interrupted === true ? ['interrupted'] : [])]
    case 'barge_in': return ['barge-in', `after ${event.afterMs} ms`]
    case 'gap': return ['gap', `of ${Math.round(event.gapMs)} ms`]
    case 'failure': return ['failure', event.stage]
    case 'closed': return ['closed', event.reason]
    case 'resumed':
    case 'retracted': return [event.type]
    default: return undefined
  }
}

/** Lines of what stayed the same that are shown around what did not. */
const CONTEXT = 2
/** Frames of audio in a row that are shown; a reply that sounds different is hundreds of them. */
const FRAMES_SHOWN = 3

/** What changed between two texts, in lines for a person: "-" was, "+" is. Empty: nothing did. */
export const differenceText = (was: string, is: string): string => {
  const parts = diffLines(was, is)
  if (!parts.some(({ added, removed }) => added || removed)) return ''
  return parts.flatMap(({ value, added, removed }, i) => {
    const lines = value.replace(/\n$/, '').split('\n')
    if (added || removed) return withoutLongAudio(lines).map((line) => `${added ? '+' : '-'} ${line}`)
    return shortened(lines, i === 0 ? 0 : CONTEXT, i === parts.length - 1 ? 0 : CONTEXT).map((line) => `  ${line}`)
  }).join('\n')
}

const shortened = (lines: string[], first: number, last: number): string[] =>
  lines.length <= first + last + 1 ? lines : [...lines.slice(0, first), `… ${lines.length - first - last} more lines`, ...lines.slice(lines.length - last)]

const withoutLongAudio = (lines: string[]): string[] => {
  const shown: string[] = []
  for (let at = 0; at < lines.length;) {
    const end = lines.findIndex((line, i) => i >= at && !/^ *\d+\.\d+ audio /.test(line))
    const frames = lines.slice(at, end < 0 ? lines.length : end)
    shown.push(...shortened(frames, FRAMES_SHOWN, 0), ...(end < 0 ? [] : [lines[end] ?? '']))
    at = end < 0 ? lines.length : end + 1
  }
  return shown
}
