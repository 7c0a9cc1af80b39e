import type { TranscriptTurn } from '../store/calls.ts'
import type { CallReport } from './caller.ts'

/** Minutes, seconds and tenths since the call began. */
export const clockText = (ms: number): string => {
  const tenths = Math.round(ms / 100)
  return `${Math.floor(tenths / 600)}:${String(Math.floor(tenths / 10) % 60).padStart(2, '0')}.${tenths % 10}`
}

const WHO: Record<TranscriptTurn['role'], string> = { user: 'heard', assistant: 'agent', system: 'system', tool: 'tool' }
const STAGES: Record<string, string> = { sttMs: 'words', llmFirstTokenMs: 'model', ttsFirstByteMs: 'voice', firstFrameMs: 'sent' }

/** A line of the conversation: when, who, what. */
export const line = (atMs: number, who: string, text: string): string => `${clockText(atMs).padStart(7)}  ${who.padEnd(6)}  ${text}`

/**
 * One stored turn as it is printed; under an answer, when its stages were reached.
 * @param startMs when the call began, in milliseconds since the epoch
 */
export const turnText = ({ role, text, timestamp, interrupted, latency }: TranscriptTurn, startMs: number): string => {
  const spoken = line(timestamp.getTime() - startMs, WHO[role], `${text}${interrupted === true ? ' … (interrupted)' : ''}`)
  const stages = Object.entries(STAGES).flatMap(([name, label]) => latency?.[name] === undefined ? [] : [`${label} ${seconds(latency[name])}`])
  return stages.length === 0 ? spoken : `${spoken}\n${' '.repeat(17)}after the caller's last word: ${stages.join(', ')}`
}

/** What the phone measured of a call, in a few lines. */
export const reportText = ({ durationMs, endedBy, reason, greetingMs, utterances, gaps }: CallReport): string => {
  const replies = utterances.flatMap(({ replyMs }) => replyMs === undefined ? [] : [replyMs]).sort((a, b) => a - b)
  const cutIns = utterances.filter(({ cutIn }) => cutIn).length
  return [
    `The call lasted ${clockText(durationMs)}; ended by ${endedBy === 'error' ? 'an error' : `the ${endedBy}`}: ${reason}.`,
    greetingMs === undefined ? 'No greeting was heard.' : `Greeting after ${seconds(greetingMs)}.`,
    replies.length === 0
      ? 'No reply was heard.'
      : `Replies ${seconds(replies[Math.floor((replies.length - 1) / 2)] ?? NaN)} after the caller's last sound (median of ${replies.length}), ${seconds(replies.at(-1) ?? NaN)} at most.`,
    gaps.length === 0
      ? 'No gaps in the agent\'s voice.'
      : `${gaps.length} gaps in the agent's voice, the longest ${Math.round(Math.max(...gaps.map(({ durationMs }) => durationMs)))} ms.`,
    ...(cutIns > 0 ? [`The agent cut in ${cutIns} times.`] : [])
  ].join('\n')
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`
