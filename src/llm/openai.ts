import { type OpenAI, BadRequestError, UnprocessableEntityError } from 'openai'
import { asProviderError, openAiClient, type OpenAiOptions } from '../openai.ts'
import type { Llm, LlmMessage, LlmRequest } from './llm.ts'
import { replyIn } from './reply-body.ts'

/** The parameters on which servers, and OpenAI's own models, differ. */
interface Dialect {
  /** OpenAI's newer models refuse the first name (https://platform.openai.com/docs/api-reference/chat/create); older servers only know it, or pass over the second in silence. */
  limit: 'max_tokens' | 'max_completion_tokens'
  /** OpenAI's reasoning models refuse any temperature but their own. */
  temperature: boolean
  /** Some servers refuse `stream_options`. */
  usage: boolean
}

/** What every server that streams at all takes. */
const PLAIN: Dialect = { limit: 'max_tokens', temperature: true, usage: false }
/** Each of the three parameters may be refused once. */
const MAX_CHANGES = 3

/** The reply by POST /chat/completions of any server with OpenAI's routes. */
export function openAiLlm (options: OpenAiOptions): Llm {
  const client = openAiClient(options)
  const usual: Dialect = { limit: limitParameter(options.baseUrl), temperature: true, usage: true }
  /** What each model of this server has turned out to take. */
  const dialects = new Map<string, Dialect>()

  async function open (request: LlmRequest, signal: AbortSignal): Promise<Response> {
    const model = request.model || options.model
    let dialect = dialects.get(model) ?? usual
    for (let changes = 0; ; changes++) {
      try {
        const response = await client.chat.completions.create(body(request, model, dialect), { signal }).asResponse()
        dialects.set(model, dialect)
        return response
      } catch (error) {
        const other = changes < MAX_CHANGES ? withoutRefused(dialect, error) : undefined
        if (other === undefined) throw error
        dialect = other
      }
    }
  }

  return {
    async * stream (request, signal) {
      try {
        for await (const event of replyIn(await open(request, signal))) yield event
      } catch (error) {
        throw asProviderError(error, signal)
      }
    }
  }
}

function body (request: LlmRequest, model: string, dialect: Dialect): OpenAI.ChatCompletionCreateParamsStreaming {
  return {
    model,
    stream: true,
    messages: request.messages.map(asChatMessage),
    [dialect.limit]: request.maxTokens,
    ...(dialect.temperature && { temperature: request.temperature }),
    ...(dialect.usage && { stream_options: { include_usage: true } }),
    ...(request.tools !== undefined && request.tools.length > 0 && { tools: request.tools.map((tool) => ({ type: 'function' as const, function: tool })) })
  }
}

function asChatMessage (message: LlmMessage): OpenAI.ChatCompletionMessageParam {
  switch (message.role) {
    case 'tool': return { role: 'tool', tool_call_id: message.toolCallId, content: message.content }
    case 'assistant': {
      if (message.toolCalls === undefined || message.toolCalls.length === 0) return { role: 'assistant', content: message.content }
      const toolCalls = message.toolCalls.map(({ id, name, arguments: text }) => ({ id, type: 'function' as const, function: { name, arguments: text } }))
      return { role: 'assistant', content: message.content || null, tool_calls: toolCalls }
    }
    default: return message
  }
}

/**
 * The dialect without what the server has just refused. OpenAI names the parameter; where the answer names nothing
 * (the SDK keeps only an `error` object, which some servers do not send) the plainest dialect is tried.
 */
function withoutRefused (dialect: Dialect, error: unknown): Dialect | undefined {
  if (!(error instanceof BadRequestError || error instanceof UnprocessableEntityError)) return undefined
  const named = error.param ?? (error.error === undefined ? undefined : error.message)
  if (named === undefined) return dialect.usage || dialect.limit !== PLAIN.limit ? PLAIN : undefined
  if (dialect.usage && named.includes('stream_options')) return { ...dialect, usage: false }
  if (dialect.temperature && named.includes('temperature')) return { ...dialect, temperature: false }
  if (named.includes(dialect.limit)) return { ...dialect, limit: dialect.limit === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens' }
  return undefined
}

/** How the server at this address wants the reply's length to be limited, until it says otherwise. */
export function limitParameter (baseUrl: string): Dialect['limit'] {
  return /(^|\.)openai\.(com|azure\.com)$/.test(new URL(baseUrl).hostname) ? 'max_completion_tokens' : 'max_tokens'
}
