import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { receptionistReply, type Turn } from './receptionist.ts'

const Content = Type.Union([Type.String(), Type.Null(), Type.Array(Type.Object({ type: Type.String(), text: Type.Optional(Type.String()) }))])

const ChatRequest = Type.Object({
  model: Type.Optional(Type.String()),
  messages: Type.Array(Type.Object({ role: Type.String(), content: Type.Optional(Content) })),
  stream: Type.Optional(Type.Boolean()),
  stream_options: Type.Optional(Type.Object({ include_usage: Type.Optional(Type.Boolean()) })),
  tools: Type.Optional(Type.Array(Type.Object({ type: Type.String(), function: Type.Object({ name: Type.String() }) })))
})

/** The tool by which the receptionist ends a call, if the request offers it. */
const END_CALL = 'end_call'

/** POST /chat/completions, answered by the receptionist. */
export const chatRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/chat/completions', { schema: { body: ChatRequest } }, async ({ body }, reply) => {
    const turns: Turn[] = body.messages.map(({ role, content }) => ({ role, text: textOf(content) }))
    const { text, ends } = receptionistReply(turns)
    const endsByTool = ends && body.tools?.some((tool) => tool.function.name === END_CALL) === true
    const calls = endsByTool ? [{ id: `call_${randomUUID()}`, type: 'function', function: { name: END_CALL, arguments: '{}' } }] : []
    const finishReason = endsByTool ? 'tool_calls' : 'stop'
    const [inputTokens, outputTokens] = [turns.reduce((sum, turn) => sum + tokensOf(turn.text).length, 0), tokensOf(text).length]
    const usage = { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens }
    const head = { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: body.model ?? 'echo' }

    if (body.stream !== true) {
      const message = { role: 'assistant', content: text, ...(calls.length > 0 && { tool_calls: calls }) }
      return { ...head, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: finishReason }], usage }
    }
    const deltas = [
      { role: 'assistant', content: '' },
      ...tokensOf(text).map((content) => ({ content })),
      ...calls.map((call, index) => ({ tool_calls: [{ index, ...call }] }))
    ]
    const choices = [...deltas.map((delta) => [{ index: 0, delta, finish_reason: null }]), [{ index: 0, delta: {}, finish_reason: finishReason }]]
    const chunks: object[] = choices.map((choices) => ({ ...head, object: 'chat.completion.chunk', choices }))
    if (body.stream_options?.include_usage === true) chunks.push({ ...head, object: 'chat.completion.chunk', choices: [], usage })
    const events = [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((data) => `data: ${data}\n\n`)
    return await reply.type('text/event-stream').send(Readable.from(events))
  })
}

/** About what a model's tokens are: words with the space before them. */
const tokensOf = (text: string): string[] => text.match(/\s*\S+/g) ?? []

function textOf (content: Type.Static<typeof Content> | undefined): string {
  if (content === undefined || content === null) return ''
  return typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join(' ')
}
