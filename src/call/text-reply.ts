import type { Llm, LlmMessage, LlmToolCall } from '../llm/llm.ts'
import { plainText } from './plain-text.ts'
import type { CallTools } from './tools/index.ts'

export interface TextReplyDeps {
  llm: Llm
  agent: { inferenceModel: string, temperature: number, maxTokens: number }
  toolBox: CallTools
  /** Called before a tool runs for the first time: from then on the reply cannot be undone. */
  onTools (): Promise<void>
}

/** Rounds of tools in one reply, and calls of tools in all of them. */
const MAX_TOOL_ROUNDS = 4
const MAX_TOOL_CALLS = 8

/**
 * The agent's answer in writing, where nobody waits on the line: model, tools, model, until there is a text.
 * @param messages the conversation, ending with the person's words
 * @returns without markdown; empty when the model had nothing to say
 * @throws EarshotError the model's failure; the signal's reason when it is aborted
 */
export async function replyInText ({ llm, agent, toolBox, onTools }: TextReplyDeps, messages: readonly LlmMessage[], signal: AbortSignal): Promise<string> {
  const exchanged: LlmMessage[] = []
  let called = 0
  for (let round = 0; ; round++) {
    const tools = round < MAX_TOOL_ROUNDS && called < MAX_TOOL_CALLS ? toolBox.tools : []
    const calls: LlmToolCall[] = []
    let text = ''
    const request = { model: agent.inferenceModel, messages: [...messages, ...exchanged], temperature: agent.temperature, maxTokens: agent.maxTokens, ...(tools.length > 0 ? { tools } : {}) }
    for await (const event of llm.stream(request, signal)) {
      if (event.type === 'text') text += event.text
      else if (event.type === 'tool_call') calls.push({ id: event.id, name: event.name, arguments: event.arguments })
    }
    // A model that names a tool that it was not offered is not listened to.
    if (calls.length === 0 || tools.length === 0) return plainText(text).trim()
    if (called === 0) await onTools()
    for (const call of calls.slice(0, MAX_TOOL_CALLS - called)) {
      called++
      const { content } = await toolBox.run(call, signal)
      exchanged.push({ role: 'assistant', content: '', toolCalls: [call] }, { role: 'tool', toolCallId: call.id, content })
    }
  }
}
