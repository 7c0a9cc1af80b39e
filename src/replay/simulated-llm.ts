import type { Llm, LlmEvent, LlmRequest } from '../llm/llm.ts'
import { Misbehaviour, type Temper } from './misbehaviour.ts'

/** A reply's text, or its events as they are. */
export type SimulatedReply = string | LlmEvent[]

export interface SimulatedLlmOptions extends Temper {
  /** What it answers. Default: `echo`. */
  reply?: (request: LlmRequest) => SimulatedReply
  /** Default 350, a fast cloud model's. */
  firstTokenMs?: number
  /** From token to token; default 20. */
  tokenMs?: number
}

/** A language model that takes its time, says what it is told to, and fails when told to. */
export class SimulatedLlm implements Llm {
  readonly behaviour: Misbehaviour
  readonly #options: SimulatedLlmOptions

  constructor (options: SimulatedLlmOptions) {
    this.#options = options
    this.behaviour = new Misbehaviour(options)
  }

  stream (request: LlmRequest, signal: AbortSignal): AsyncIterable<LlmEvent> {
    const { reply = echo, firstTokenMs = 350, tokenMs = 20 } = this.#options
    const events = toEvents(reply(request))
    return this.behaviour.answer([...events, usageOf(request, events)], firstTokenMs, tokenMs, signal)
  }
}

/** Repeats the caller's last words. */
export const echo = ({ messages }: LlmRequest): string => {
  const said = messages.findLast(({ role }) => role === 'user')?.content ?? ''
  return said === '' ? 'How can I help you?' : `You said: ${said} Is there anything else?`
}

/**
 * Answers the caller's first turn with the first reply, the second with the second, and so on, however often each is asked for;
 * the last one again when there are no more.
 * @param afterTools what follows a tool's result
 */
export const replies = (list: SimulatedReply[], afterTools: SimulatedReply = 'Done.') => ({ messages }: LlmRequest): SimulatedReply => {
  if (messages.at(-1)?.role === 'tool') return afterTools
  const turn = messages.filter(({ role }) => role === 'user').length
  return list[Math.min(Math.max(turn, 1), list.length) - 1] ?? ''
}

const toEvents = (reply: SimulatedReply): LlmEvent[] => typeof reply === 'string'
  ? (reply.match(/\s*\S+/g) ?? []).map((text) => ({ type: 'text', text }))
  : reply

/** Counts a token for a word, which is near enough for a bill that nobody pays. */
const usageOf = ({ messages }: LlmRequest, events: LlmEvent[]): LlmEvent => ({
  type: 'usage',
  inputTokens: messages.reduce((sum, { content }) => sum + content.split(/\s+/).length, 0),
  outputTokens: events.length
})
