import { createParser } from 'eventsource-parser'
import type { OpenAI } from 'openai'
import { BodyReader } from '../body-reader.ts'
import { ProviderError } from '../resilience.ts'
import type { LlmEvent } from './llm.ts'
import { ToolCallParts } from './tool-call-parts.ts'

/** As much of a chunk as is read. A server may leave out or add what it likes. */
type Chunk = Partial<Pick<OpenAI.ChatCompletionChunk, 'usage'>> & { choices: Array<Partial<OpenAI.ChatCompletionChunk.Choice>>, error?: unknown }

/** Ends the stream (https://platform.openai.com/docs/api-reference/chat/create#chat-create-stream). */
const DONE = '[DONE]'

/**
 * The reply in an answer to `stream: true`, which is server-sent events. Read here and not by the SDK, whose reader takes twice the processor time a token.
 * @throws {ProviderError} `provider_unavailable` when the reply stops before the model finished it
 */
export function replyIn (response: Response): AsyncIterableIterator<LlmEvent> {
  const toolCalls = new ToolCallParts()
  let finished = false
  let usage: OpenAI.CompletionUsage | undefined
  const take = ({ choices: [choice], usage: used, error }: Chunk): void => {
    if (error !== undefined) throw new ProviderError('provider_unavailable', 'The provider broke its reply off with an error.')
    // OpenAI's last chunk has the usage and no choice; others repeat the usage in every chunk.
    usage = used ?? usage
    if (typeof choice?.delta?.content === 'string' && choice.delta.content !== '') reader.push({ type: 'text', text: choice.delta.content })
    for (const part of choice?.delta?.tool_calls ?? []) toolCalls.add(part)
    if (choice?.finish_reason && !finished) {
      finished = true
      for (const call of toolCalls.finish()) reader.push({ type: 'tool_call', ...call })
    }
  }
  const events = createParser({ onEvent: ({ data }) => { if (data !== DONE) take(JSON.parse(data)) } })
  const decoder = new TextDecoder()
  const reader = new BodyReader<LlmEvent>(response, {
    data: (bytes) => events.feed(decoder.decode(bytes, { stream: true })),
    end: () => {
      if (!finished) throw new ProviderError('provider_unavailable', 'The provider\'s reply broke off.')
      if (usage !== undefined) reader.push({ type: 'usage', inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens })
    }
  })
  return reader
}
