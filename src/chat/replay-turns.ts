import type { Clock } from '../clock.ts'
import type { LlmMessage } from '../llm/llm.ts'
import type { TranscriptTurn } from '../store/calls.ts'
import type { Chat, ToolCallMade } from './chat.ts'

/** A caller's turn, what the agent said to it then, and what it says now. */
export interface ComparedTurn {
  caller: string
  then: string
  now: string
  toolCalls: ToolCallMade[]
}

export interface Comparison {
  turns: ComparedTurn[]
  inputTokens: number
  outputTokens: number
  /** Whether all of the caller's turns were asked. */
  complete: boolean
}

interface Exchange { caller: string, then: string[] }

/** Enough for a call of ten minutes. */
const MAX_TURNS = 40
/** Somebody waits for it. */
const DEADLINE_MS = 120_000

/** The caller's turns, each with what the agent said after it. What was said before the first one is the greeting. */
function exchangesOf (transcript: readonly TranscriptTurn[]): { greeting: string, exchanges: Exchange[] } {
  const greeting: string[] = []
  const exchanges: Exchange[] = []
  for (const { role, text } of transcript) {
    if (role === 'user') exchanges.push({ caller: text, then: [] })
    else if (role === 'assistant') (exchanges.at(-1)?.then ?? greeting).push(text)
  }
  return { greeting: greeting.join(' '), exchanges }
}

/**
 * Says the caller's turns of an old call to an agent as it is now, one after another: each is answered with the agent's new answers, not its old ones,
 * as history. The caller does not react to them, so the further the answers differ, the less the rest means.
 * @throws {EarshotError} as Llm.stream, when not even the first turn was answered
 */
export async function replayTurns (chat: Pick<Chat, 'answer'>, transcript: readonly TranscriptTurn[], clock: Clock, signal: AbortSignal): Promise<Comparison> {
  const { greeting, exchanges } = exchangesOf(transcript)
  const history: LlmMessage[] = greeting === '' ? [] : [{ role: 'assistant', content: greeting }]
  const comparison: Comparison = { turns: [], inputTokens: 0, outputTokens: 0, complete: false }
  const untilMs = clock.now() + DEADLINE_MS
  for (const { caller, then } of exchanges.slice(0, MAX_TURNS)) {
    if (clock.now() >= untilMs) return comparison
    history.push({ role: 'user', content: caller })
    const { text, toolCalls, inputTokens, outputTokens, ended } = await chat.answer(history, signal)
    history.push({ role: 'assistant', content: text })
    comparison.turns.push({ caller, then: then.join(' '), now: text, toolCalls })
    comparison.inputTokens += inputTokens
    comparison.outputTokens += outputTokens
    if (ended) break
  }
  comparison.complete = comparison.turns.length === exchanges.length
  return comparison
}
