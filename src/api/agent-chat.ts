import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Chat, type ToolUse } from '../chat/chat.ts'
import { replayTurns } from '../chat/replay-turns.ts'
import { parseAgentTools } from '../call/tools/agent-tools.ts'
import { greetingOf } from '../call/warm-phrases.ts'
import { EarshotError } from '../errors.ts'
import { llmOnBehalfOf } from '../metered.ts'
import { AgentSchema, type AgentRecord } from '../store/agents.ts'
import { oneOf } from '../store/record.ts'
import { CallUsage } from '../usage.ts'
import { identityOf } from './authentication.ts'
import { strictBody } from './crud.ts'
import type { ApiOptions } from './deps.ts'
import { idParams } from './lists.ts'
import { limitUsers } from './rate-limits.ts'
import { replies } from './replies.ts'

const systemPrompt = Type.Optional({ ...AgentSchema.properties.systemPrompt, description: 'To try out, in place of the agent\'s own' })
const runTools = (description: string) => Type.Optional(Type.Boolean({ description }))
const Tokens = Type.Integer({ minimum: 0 })

const ToolCalls = Type.Array(Type.Object({
  name: Type.String(),
  arguments: Type.String({ description: 'JSON, as the model wrote it' }),
  result: Type.String({ description: 'What the model was told' }),
  simulated: Type.Boolean({ description: 'Nothing was done' })
}))

const Messages = Type.Array(Type.Object({
  role: oneOf(['user', 'assistant']),
  content: Type.String({ minLength: 1, maxLength: 8_000 })
}, { additionalProperties: false }), { maxItems: 100, description: 'The conversation so far, ending with a user\'s words; left out or empty: the answer is the agent\'s greeting' })

/** Agents tried out in writing. Nothing of it is stored but what it has used. */
export const agentChatRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps }) => {
  const { stores: { agents, calls, chatUsage }, clock } = deps
  const limit = limitUsers(app)

  /** Lets an agent be talked to, and notes what its model was used for, also when that broke off. */
  const tryOut = async <T>({ log }: FastifyRequest, agent: AgentRecord, systemPrompt: string | undefined, use: ToolUse, talk: (chat: Chat) => Promise<T>): Promise<T> => {
    const usage = new CallUsage()
    const tools = agents.decryptTools(agent)
    const chat = new Chat({ ...deps, llm: llmOnBehalfOf(deps.llm, usage) }, { ...agent, ...(systemPrompt !== undefined && { systemPrompt }) }, tools && parseAgentTools(tools), use)
    try {
      return await talk(chat)
    } finally {
      if (usage.rows.length > 0) await chatUsage.add(agent.userId, agent._id, usage.rows).catch((err: unknown) => log.warn({ err, agentId: agent._id }, 'what a chat has used could not be stored'))
    }
  }

  app.post('/agents/:id/chat', {
    preHandler: limit,
    schema: {
      tags: ['Agents'],
      summary: 'Chat with an agent',
      description: 'The prompt, model and tools of its calls, in writing. HTTP tools are really called. What needs a call (end_call, transfer_call, send_dtmf, send_sms) is only shown: the model is told that it was done. Nothing is stored but the tokens it used, for the analytics.',
      params: idParams,
      body: strictBody({ messages: Type.Optional(Messages), systemPrompt, runTools: runTools('false: HTTP tools are only shown too') }),
      response: replies(200, { text: Type.String(), toolCalls: ToolCalls, inputTokens: Tokens, outputTokens: Tokens, ended: Type.Boolean({ description: 'A call would end here: it was hung up or transferred' }) })
    }
  }, async (request, reply) => {
    const { messages = [], systemPrompt, runTools = true } = request.body
    const agent = await agents.find(identityOf(request).userId, request.params.id)
    if (agent === undefined) throw new EarshotError('not_found')
    if (messages.length === 0) return { success: true as const, text: greetingOf({ language: 'en', ...agent }), toolCalls: [], inputTokens: 0, outputTokens: 0, ended: false }
    if (messages.at(-1)?.role !== 'user') throw new EarshotError('invalid', 'messages must end with one of the role user.', { field: 'messages' })
    return { success: true as const, ...await tryOut(request, agent, systemPrompt, runTools ? 'run' : 'simulate', async (chat) => await chat.answer(messages, whileConnected(reply))) }
  })

  app.post('/calls/:id/replay', {
    preHandler: limit,
    schema: {
      tags: ['Calls'],
      summary: 'Replay a call against the current prompt',
      description: 'Says the caller\'s turns, as they stand in the transcript, to the call\'s agent as it is now, one after another, and shows its answers beside those of then. The caller does not react to the new answers, so it shows what a changed prompt does to the same questions, not a new conversation. Stops after 40 turns, two minutes, or where the agent ends the call. Nothing is stored but the tokens it used, for the analytics.',
      params: idParams,
      body: strictBody({ systemPrompt, runTools: runTools('true: HTTP tools are really called; otherwise the model is told that they were') }),
      response: replies(200, {
        turns: Type.Array(Type.Object({ caller: Type.String(), then: Type.String(), now: Type.String(), toolCalls: ToolCalls })),
        inputTokens: Tokens,
        outputTokens: Tokens,
        complete: Type.Boolean({ description: 'Whether all of the caller\'s turns were said' })
      })
    }
  }, async (request, reply) => {
    const { userId } = identityOf(request)
    const call = await calls.find(userId, request.params.id)
    if (call === undefined) throw new EarshotError('not_found')
    const agent = await agents.find(userId, call.agent_id)
    if (agent === undefined) throw new EarshotError('conflict', 'The agent of this call is gone.')
    if (!call.transcript.some(({ role }) => role === 'user')) throw new EarshotError('conflict', 'The caller says nothing in this call.')
    const { systemPrompt, runTools = false } = request.body
    return { success: true as const, ...await tryOut(request, agent, systemPrompt, runTools ? 'run' : 'simulate', async (chat) => await replayTurns(chat, call.transcript, clock, whileConnected(reply))) }
  })
}

/** Aborted when nobody waits for the answer any more. */
const whileConnected = (reply: FastifyReply): AbortSignal => {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return gone.signal
}
