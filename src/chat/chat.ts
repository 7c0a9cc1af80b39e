import type { AgentTool } from '../call/tools/agent-tools.ts'
import { buildTools, toolsOfCall, type CallTools } from '../call/tools/index.ts'
import type { HttpFetch } from '../call/tools/http-tool.ts'
import type { Clock } from '../clock.ts'
import type { Llm, LlmMessage } from '../llm/llm.ts'

/** Rounds of tools in one answer, as in a call. */
const MAX_TOOL_ROUNDS = 5

/** Whether tools that reach somebody outside, the agent's HTTP tools, do so. Those of a telephone call never do. */
export type ToolUse = 'run' | 'simulate'

export interface ChatAgent {
  inferenceModel: string
  temperature: number
  maxTokens: number
  systemPrompt: string
}

/** What a model asked for, and what it was told. */
export interface ToolCallMade {
  name: string
  /** JSON, as the model wrote it. */
  arguments: string
  result: string
  /** Nothing was done. */
  simulated: boolean
}

export interface ChatAnswer {
  text: string
  toolCalls: ToolCallMade[]
  inputTokens: number
  outputTokens: number
  /** In a call, this would have been its end: it was hung up or transferred. */
  ended: boolean
}

const SIMULATED_RESULT = 'Done. (This is a test: the service was not really asked.)'

/** An agent in writing: the prompt, the tools and the model of its calls, without a call. */
export class Chat {
  readonly #llm: Llm
  readonly #agent: ChatAgent
  readonly #toolBox: CallTools
  readonly #real: ReadonlySet<string>
  readonly #http: ReadonlySet<string>

  /** @param tools checked; left out, as in a call, the agent can only hang up */
  constructor ({ llm, clock, fetch }: { llm: Llm, clock: Clock, fetch: HttpFetch }, agent: ChatAgent, tools: readonly AgentTool[] | undefined, use: ToolUse) {
    this.#llm = llm
    this.#agent = agent
    this.#http = new Set(tools?.flatMap((tool) => tool.type === 'http' ? [tool.name] : []))
    this.#real = use === 'run' ? this.#http : new Set()
    // What acts on a call only says so in its outcome, which nobody carries out here. There is no caller with a number either.
    this.#toolBox = toolsOfCall(buildTools(tools, { fetch, sendSms: async () => {} }), { callerNumber: SOMEBODY }, clock)
  }

  /**
   * Answers a conversation, as a call would answer its caller.
   * @param messages ends with the person's words
   * @throws {EarshotError} as Llm.stream
   */
  async answer (messages: readonly LlmMessage[], signal: AbortSignal): Promise<ChatAnswer> {
    const { systemPrompt } = this.#agent
    const said: LlmMessage[] = [...(systemPrompt === '' ? [] : [{ role: 'system' as const, content: systemPrompt }]), ...messages]
    const answer: ChatAnswer = { text: '', toolCalls: [], inputTokens: 0, outputTokens: 0, ended: false }
    for (let round = 0; round < MAX_TOOL_ROUNDS && !answer.ended; round++) {
      const asked = await this.#round(said, answer, round < MAX_TOOL_ROUNDS - 1, signal)
      if (asked === 0) break
    }
    answer.text = answer.text.trim()
    return answer
  }

  /** Asks the model once, and runs what tools it asks for. Returns how many. */
  async #round (said: LlmMessage[], answer: ChatAnswer, offerTools: boolean, signal: AbortSignal): Promise<number> {
    const { inferenceModel: model, temperature, maxTokens } = this.#agent
    const { tools } = this.#toolBox
    const calls = []
    let text = ''
    for await (const event of this.#llm.stream({ model, messages: said, temperature, maxTokens, ...(offerTools && tools.length > 0 && { tools }) }, signal)) {
      if (event.type === 'text') text += event.text
      else if (event.type === 'tool_call') calls.push({ id: event.id, name: event.name, arguments: event.arguments })
      else {
        answer.inputTokens += event.inputTokens
        answer.outputTokens += event.outputTokens
      }
    }
    answer.text += answer.text === '' || text === '' ? text : `\n${text}`
    if (!offerTools) return 0
    if (text !== '') said.push({ role: 'assistant', content: text })
    for (const call of calls) {
      const simulated = !this.#real.has(call.name)
      const { content, effect } = simulated && this.#http.has(call.name) ? { content: SIMULATED_RESULT } : await this.#toolBox.run(call, signal)
      if (effect?.type === 'end_call' || effect?.type === 'transfer') answer.ended = true
      answer.toolCalls.push({ name: call.name, arguments: call.arguments, result: content, simulated })
      said.push({ role: 'assistant', content: '', toolCalls: [call] }, { role: 'tool', toolCallId: call.id, content })
    }
    return calls.length
  }
}

/** A caller's number for the simulated text message; of those kept for fiction. */
const SOMEBODY = '+12025550111'
